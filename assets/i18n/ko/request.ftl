# Messages of the area `request`. Message IDs are notice codes.
