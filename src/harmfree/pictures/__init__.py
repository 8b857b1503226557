"""SVG primitives and chart types, each with its table and its sentence."""
