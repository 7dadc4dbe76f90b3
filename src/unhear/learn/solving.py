"""Solve a symmetric positive definite system with the same bits on every machine.

Libraries for linear algebra choose their order of additions by processor and threads, and so give
answers that differ in the last bits. Here every step is one multiplication or subtraction an entry,
which IEEE 754 defines to the bit, in an order that never changes.
"""

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def solve(matrix: Reals, right: Reals) -> Reals:
    """Answer x with `matrix` @ x = `right`: shapes (d, d) and (d, k), float64.

    By LDL^T without pivots (Golub and Van Loan, "Matrix Computations", 4.1.2), column by column.
    Raises `ValueError` where the matrix is not positive definite.
    """
    left, x = np.array(matrix, np.float64), np.array(right, np.float64)
    pivots = np.empty(len(left))
    for column in range(len(left)):
        pivots[column] = pivot = left[column, column]
        if not pivot > 0:
            raise ValueError("the matrix is not positive definite")
        below = left[column + 1 :, column] / pivot
        left[column + 1 :, column + 1 :] -= np.multiply.outer(below, left[column, column + 1 :])
        x[column + 1 :] -= np.multiply.outer(below, x[column])
        left[column + 1 :, column] = below
    x /= pivots[:, None]
    for column in range(len(left) - 1, 0, -1):
        x[:column] -= np.multiply.outer(left[column, :column], x[column])
    return x
