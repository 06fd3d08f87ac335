# Messages of the area `pipeline`. Message IDs are notice codes.
