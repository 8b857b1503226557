"""Statistical process control: control charts, run charts, rare events, funnels, CUSUM, EWMA.

Calculation and picture are apart: `chart.control_chart`, `funnel.funnel`, `cusum.cusum`,
`ewma.ewma` and `pareto.pareto` return plain numbers with their signals and messages; the modules
named `*_picture` draw them.
"""
