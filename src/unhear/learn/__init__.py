"""Learn by adding, unlearn by subtracting.

What a recording teaches is a contribution of whole numbers. A learned state is the sum of the
contributions of what is kept; to unlearn one is to subtract it, and what is left is, bit for bit,
the sum of the others. A model is solved from the state alone, in a fixed order of operations, so
that it too is the one that would be there had the recording never been made.

Cao and Yang, "Towards Making Systems Forget with Machine Unlearning" (2015), is the idea; whole
numbers make it exact.
"""
