"""Falls: who fell and what was done, medicines that make people fall, the Steady On register."""
