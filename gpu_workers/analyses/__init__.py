"""Kernels of the debugger: scores, segments, counts, and what can be said from them. NumPy alone, or CuPy beside it.

    from gpu_workers.analyses import log_loss, kmeans, coded, attribution

A table's columns are coded once (`coded`: one small number a row for its bin or category). From then on everything
is counted by group in one pass, counts and sums of parts add up to those of the whole, and divergences, intervals
and p-values are made of counts. What each function takes and which convention it keeps stands in its docstring.
"""

from .agreement import adjusted_rand
from .attribution import MEASURES, Contrast, attribution
from .auroc import auroc, auroc_difference, auroc_of_counts, class_counts
from .bootstrap import bootstrap_interval
from .calibration import Reliability, expected_calibration_error, reliability
from .clusters import Clustering, kmeans, kmeans_of_parts
from .columns import Category, Feature, category_feature, numeric_feature
from .confusion import accuracy, confusion, f1
from .discoveries import benjamini_hochberg
from .distances import kolmogorov_smirnov, wasserstein
from .divergences import jensen_shannon, kl_divergence, population_stability_index
from .expression import Expression, ExpressionError, expression
from .groups import groups_of, quantile_groups, regrouped
from .histograms import Histogram, category_counts, histogram
from .intervals import Interval, effective_rows, wilson
from .macro import macro_auroc, one_against_rest
from .performance import (
    CodedScores,
    Performance,
    coded_scores,
    paired_difference,
    performance,
)
from .permutation import permutation_p_value, permutation_p_values
from .predicates import Predicate, PredicateError, predicate
from .quantile import quantiles, quantiles_of_counts
from .regression import Moments, bias, mae, moments, r2, rmse
from .scores import (
    absolute_error,
    brier_score,
    entropy,
    log_loss,
    margin,
    predicted_class,
    signed_error,
    squared_error,
    zero_one,
)
from .slices import Slice, find_slices, weighed_slices
from .table import CountTable, Table, coded
from .trees import Segment, Segments, decision_tree_segments, nested_tree_segments
from .weighted import WeightedPerformance, weighted_means, weighted_performance

__all__ = [
    "MEASURES",
    "Category",
    "Clustering",
    "CodedScores",
    "Contrast",
    "CountTable",
    "Expression",
    "ExpressionError",
    "Feature",
    "Histogram",
    "Interval",
    "Moments",
    "Performance",
    "Predicate",
    "PredicateError",
    "Reliability",
    "Segment",
    "Segments",
    "Slice",
    "Table",
    "WeightedPerformance",
    "absolute_error",
    "accuracy",
    "adjusted_rand",
    "attribution",
    "auroc",
    "auroc_difference",
    "auroc_of_counts",
    "benjamini_hochberg",
    "bias",
    "bootstrap_interval",
    "brier_score",
    "category_counts",
    "category_feature",
    "class_counts",
    "coded",
    "coded_scores",
    "confusion",
    "decision_tree_segments",
    "effective_rows",
    "entropy",
    "expected_calibration_error",
    "expression",
    "f1",
    "find_slices",
    "groups_of",
    "histogram",
    "jensen_shannon",
    "kl_divergence",
    "kmeans",
    "kmeans_of_parts",
    "kolmogorov_smirnov",
    "log_loss",
    "macro_auroc",
    "mae",
    "margin",
    "moments",
    "nested_tree_segments",
    "numeric_feature",
    "one_against_rest",
    "paired_difference",
    "performance",
    "permutation_p_value",
    "permutation_p_values",
    "population_stability_index",
    "predicate",
    "predicted_class",
    "quantile_groups",
    "quantiles",
    "quantiles_of_counts",
    "r2",
    "regrouped",
    "reliability",
    "rmse",
    "signed_error",
    "squared_error",
    "wasserstein",
    "weighed_slices",
    "weighted_means",
    "weighted_performance",
    "wilson",
    "zero_one",
]
