"""The pipeline: how a submission becomes discs, and comes back. Read the modules in this order.

    intake        folder or bag → package in staging            (an operation of the API, listed, not looped)
    packing       packages → image with a frozen recipe
    protection    N images → set: digests, chunk tables, parity
    placement     image → medium: copies planned by the diversity floor
    moving        the robot: every motion, whoever wants it
    writing       image → written copy
    verification  re-loaded medium → verified copy
    commitment    whole set verified → ARCHIVED
    recall        request → verified bytes

All of them have the shape that `archived.stages.work` describes: after reading one you have read eight.
`pipeline` lists them for `loop`, which turns them.

What they stand on: `capacity` (what fits), `composing` (what a disc says about itself), `floor` and `settling`
(where media are, and what a look changes), `recall_planning` and `recall_sources` (what a recall reads next),
`staging_release` (what may go). What a person asks for: `withdrawal` (withdraw, hold, release, close), `orders`
(moves), `registration` (new and lost media), `mending` (staged bytes), `recall_order` (what a recall
would do) and `recall_request` (puts it on record).
"""
