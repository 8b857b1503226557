"""Maternity and neonatal: the best start for babies born early, and smoking in pregnancy."""
