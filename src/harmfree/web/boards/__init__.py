"""Pages of the programmes for meetings: gaps, funnels, roll-outs and what they rest on."""
