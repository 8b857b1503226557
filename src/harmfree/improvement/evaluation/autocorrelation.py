"""Are the errors of neighbouring points alike? Always shown, never only tested.

The Durbin-Watson test is poor in short series (Turner et al., BMC Med Res Methodol 2021;21:134), so
the estimate is given beside it.
"""

from __future__ import annotations

import numpy as np
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.model import Model
from harmfree.improvement.evaluation.prais_winsten import lag_one


def describe(residuals: Floats, model: Model) -> dict[str, float | int | bool]:
    """Lag-one estimate with rough limits, Durbin-Watson and Ljung-Box.

    Args:
        residuals: residuals of the model without any correction for autocorrelation.
        model: the model they belong to.
    """
    panels = [residuals[model.panel == p] for p in np.unique(model.panel)]
    n = len(residuals)
    lag = max(1, min(12, min(len(p) for p in panels) // 5))
    estimate = lag_one(residuals, model.distance)
    box = [acorr_ljungbox(p, lags=[lag])["lb_pvalue"].iloc[0] for p in panels if np.ptp(p) > 0]
    return {
        "lag_one": estimate,
        "rough_limit": float(1.96 / np.sqrt(n)),
        "durbin_watson": float(np.mean([durbin_watson(p) for p in panels])),
        "ljung_box_lag": lag,
        "ljung_box_p": float(min(box)) if box else 1.0,
        "present": bool(abs(estimate) > 1.96 / np.sqrt(n)),
    }
