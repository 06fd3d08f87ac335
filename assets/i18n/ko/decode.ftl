# Messages of the area `decode`. Message IDs are notice codes.
