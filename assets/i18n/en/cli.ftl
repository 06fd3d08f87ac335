# Messages of the area `cli`. Message IDs are notice codes. The command line speaks English; the window that says why the studio cannot open
# shows both languages.

# Failures of every command. A detail is an error of the operating system or of a library.
cli-runtime = cannot start: { $detail }
cli-engine = cannot start: { $reason }
cli-engine-ended = the job engine did not end cleanly: { $detail }

# The studio.
cli-open-missing = --open: there is no file { $path }; check the path
cli-no-window = the window cannot be opened: { $detail }. On a machine without a display use `nanococoa serve` or `nanococoa generate`.

# Files to write.
cli-out-folder = --out: the folder { $folder } does not exist
cli-out-is-folder = --out: { $path } is a folder; name a file in it
cli-out-device-name = --out: Windows reserves the name { $path } for a device; choose another name
cli-out-character = --out: Windows does not allow { $character } in the name { $path }; choose another name
cli-out-name-end = --out: Windows drops the dot or space at the end of { $path }; choose another name
cli-out-not-a-file = --out: { $path } is a device or pipe; name a file
cli-out-format = --out: .{ $extension } is not supported; use .png, .jpg, .webp, .pdf or .ora
cli-out-is-input = --out: this is the file of { $flag }; name another, or the original would be lost
cli-out-refused = --out: { $reason }
cli-out-unwritable = --out: { $path } cannot be written ({ $detail }); choose a folder that you may write to
cli-steps-folder = --save-steps: cannot create { $folder }: { $detail }
cli-step-unwritable = cannot write { $path }: { $detail }
cli-result-missing = the result is missing
cli-result-unreadable = cannot read { $path }: { $detail }
cli-result-undecodable = the result cannot be read back: { $detail }
cli-result-not-encoded = the result cannot be encoded: { $detail }

# `generate` and `resume`.
cli-not-a-file = { $path }: { $reason }
cli-project-unreadable = --project: cannot read { $path }: { $reason }
cli-project = --project: { $path }: { $reason }
cli-layers-file = --layers: { $path }: { $reason }
cli-layers-too-large = the file has more than { $mebibytes } MiB; use paths of pictures instead of base64
cli-size = --size: "{ $size }" is not a size; write it as 1024x1024
cli-product-crop = --product-crop: "{ $value }" is not a part of the photo; write four numbers from 0 to 1 as LEFT,TOP,RIGHT,BOTTOM, such as 0.1,0,0.9,1
cli-set = --set: "{ $pair }" has no =; write it as field=value
cli-job-id = JOB_ID { $id }: { $reason }
cli-beside = another nanoCocoa uses { $folder }; this picture is made separately and not kept in the history
cli-temporary-folder = cannot create a temporary folder: { $detail }
cli-job-gone = the job no longer exists
cli-engine-gone = the job engine ended: { $detail }
cli-stopped = stopped
cli-stopped-kept = stopped; finished steps are kept: nanococoa resume { $id } --out FILE
cli-stopped-early = stopped before the first step was finished; it can be made again: nanococoa resume { $id } --out FILE
cli-made = { $path } ({ $width } × { $height }, { $backend } engine, seed { $seed }, { $seconds } s)
cli-plan-kept = kept from an earlier job
cli-plan-runs = about { $seconds } s
cli-plan-all = about { $seconds } s ({ $backend } engine)

# `serve`.
cli-token-empty = --token is empty; leave it out or write a long random word
cli-token = { $address }: { $reason }
cli-token-needed = { $address }: { $reason }; for example: NANOCOCOA_TOKEN={ $example } nanococoa serve --bind { $address } (or --token, which other users can read)
cli-origin-null = --allow-origin null lets any page call that is opened from a file or runs in a sandboxed frame, also a hostile one. Allow the origin of your own page instead.
cli-listen = cannot listen on { $address }; is another server running there? Choose another with --bind: { $detail }
cli-no-address = the address of the server is not known: { $detail }
cli-every-address = Other machines reach the server at this machine's IP address; host names need --allow-host
cli-serving = nanoCocoa serves http://{ $address } (documentation: http://{ $address }/docs). Ctrl-C ends it.
cli-server-ended = the server ended: { $detail }

# `models`.
cli-models-installed = installed, { $gigabytes } GB
cli-models-partly = not complete, { $gigabytes } GB are here; `models pull` continues
cli-models-absent = not installed, about { $gigabytes } GB to download
cli-models-memory = for GPUs with { $gigabytes } GB of memory
cli-models-recommended = Recommended.
cli-models-not-usable = This version of the program cannot run this model yet.
cli-models-licence = Licence: { $name } ({ $page }). { $sale }
cli-models-agree = Do you agree? [y/N]
cli-models-asking = asking
cli-models-checking = checking
cli-models-downloading = downloading
cli-models-placing = placing
cli-models-pulled = { $set } is installed in { $folder } and is used from the next picture on.
cli-models-runtime-pulled = { $set } is installed in { $folder }. Start the program again to use the GPU; `nanococoa doctor` says whether anything else is missing.
cli-models-file-missing = { $path } is missing; get it again with: nanococoa models pull { $set }
cli-models-file-damaged = { $path } is damaged; get it again with: nanococoa models pull { $set }
cli-models-verified = { $files } files checked, { $damaged } of them missing or damaged
cli-models-removed = { $set } is removed; { $gigabytes } GB are free again
cli-models-imported = added as { $path }
cli-models-broke = an internal error ended the work; the log has the details
cli-models-packing = packing
cli-models-out-exists = --out: { $path } exists already; choose another name
cli-models-quantized = { $path } ({ $gigabytes } GB)

# Formats.
cli-format = --format: { $reason }
cli-format-without-text = { $format } allows no text, so --text is left out
cli-out-type = --out: { $format } is a { $file } file; name a file that ends in .{ $extension }, or a folder
cli-out-several = --out: { $path } is not a folder; several formats need one
cli-slot = --slot { $pair }: write it as --slot NAME=VALUE
cli-slot-examples = --template: { $slots } still have example texts. Give your own with --slot NAME=TEXT, or leave one out with --slot NAME=
cli-slot-picture = --slot { $slot }: { $path } cannot be used as a picture: { $reason }
cli-language = --language { $language }: choose en or ko
