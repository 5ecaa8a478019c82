"""What stands where: the account as it should be in Pipedrive, and how to read and address what is there.

The proof and the delta both ask this, and so do twins; none of it knows who asks.
"""
