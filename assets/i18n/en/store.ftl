# Messages of the area `store`. Message IDs are notice codes.
