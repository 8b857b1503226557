"""Atrial fibrillation: stroke risk, bleeding risk, doses of anticoagulants, INR control."""
