# Messages of the area `draft`. Message IDs are notice codes.

draft-no-canvas = The canvas has no pixels: choose a width and a height of at least { $min }
draft-unknown-scene = the draft engine recognised no place, surface or colour in these words, so it painted a neutral scene: { $words }
draft-word-near = the draft engine cannot draw “{ $word }”; the nearest word that it knows is “{ $near }”
draft-words-unknown =
    { $more ->
        [0] these words have no effect in the draft engine: { $words }
       *[other] these words have no effect in the draft engine: { $words } and { $more } more
    }
draft-word-overruled = “{ $word }” has no effect because “{ $winner }” describes the same part of the scene; keep only one of them
draft-words-crowded = a scene shows at most five kinds of props and two colours, so these words have no effect: { $words }
draft-unknown-material = the draft engine recognised no material or colour in these words, so it chose one; name one, such as gold, wood or red
draft-size-mismatch = The picture behind the text and the text canvas differ in size; start again from step 1
draft-no-photo = The photo has no pixels
draft-no-product = no product was found in the photo, so the whole photo is used; use a photo with a plain or transparent background
draft-network-start = The cut-out network cannot start: { $error }
draft-network-ended = The cut-out network ended unexpectedly. Try again.
draft-network-load = The built-in cut-out network cannot be loaded: { $error }
draft-network-stopped = The cut-out network stopped: { $error }
draft-network-check = { $file }: { $error }
draft-network-built-in = The built-in cut-out network stopped: { $error }
