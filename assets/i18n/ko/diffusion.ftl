# Messages of the area `diffusion`. Message IDs are notice codes.
