"""Explanations of one answer: which variants of the case are asked, and what their scores come to.

Pictures and signals are changed where they are decoded, in the model's own sandbox (`gpu_workers.runner.varying`).
"""
