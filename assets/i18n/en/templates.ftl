# Messages of the area `templates`: templates and brand kits. Message IDs are notice codes.

templates-unreadable = The template { $path } cannot be read: { $detail }. Check that you may read it.
templates-too-large = The template { $path } is larger than { $most } KiB. Make it smaller.
templates-syntax = { $path } cannot be used: { $detail }. Correct the file.
templates-value = { $path } cannot be used: { $reason }. Correct the file.
# Clauses without a full stop.
templates-id = id must be of 1 to 60 lower case letters, digits and hyphens
templates-role-missing = palette.{ $role } is missing; add this colour
templates-color = { $field }: { $value } is neither a role of the palette nor a colour such as #E53935
templates-too-many = { $field }: at most { $most } are read; remove some
templates-no-headline = a slot with the name "headline" is missing; add it
templates-no-such-slot = { $field }: there is no slot { $slot }; add it to the slots or choose another name
templates-backdrop-and-scene = { $field }: a template with a scene has no painted background; choose "behind" or "above"
templates-number = { $field }: { $value } is out of range; choose a number from { $min } to { $max }

templates-unknown = there is no template { $template }; choose one of { $known }
templates-unknown-slot = the template { $template } has no slot { $slot }; choose one of { $known }
templates-logo-is-text = the slot { $slot } takes a picture; name a PNG, JPEG, WebP or SVG file
templates-slot-too-long = the slot { $slot } has { $count } characters; shorten it to at most { $most }

brand-unreadable = The brand kit { $path } cannot be read: { $detail }. Name a folder that has a brand.toml.
brand-syntax = The brand kit { $path } cannot be used: line { $line }: { $detail }. Correct the file.
brand-too-large = it is larger than { $most } KiB; make it smaller
brand-logo = logo: { $name } cannot be used: { $reason }
brand-not-regular = it is not a regular file; put a file in its place
brand-logo-outside = logo must be the name of a file in the same folder
