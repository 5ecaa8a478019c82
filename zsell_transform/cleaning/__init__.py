"""The words that read a cell: pure functions from a column (its name, or an expression) to an expression.

`cells.text` reads a raw cell; every other word takes what `text` has read (trimmed, blank is null), so that
this is done once. Null in, null out; a cell that cannot be read becomes null, and the caller says what was
expected. Each word is named for what comes out of it; they give text, save where its docstring says
otherwise. What the cells of Zendesk Sell look like is told beside each pattern (genuine exports of 2016 and
2026).
"""
