# Messages of the area `engine`. Message IDs are notice codes.
engine-no-thread = cannot start the worker thread: { $source }
engine-busy = Busy. Retry after { $seconds }s
engine-shutting-down = the program is shutting down
engine-job-not-found = Job not found
engine-delete-running = Cannot delete running job. Stop it first.
engine-resume-running = Cannot continue an active job. Stop it first.
engine-resume-picture-missing = a picture that this job needs is missing: { $file }. Start a new job with the original photo
engine-draft-requested = the draft engine was asked for
engine-diffusion-unavailable = diffusion cannot run: { $reason }; use "auto" or "draft" meanwhile
engine-draft-instead = { $reason }, so the embedded draft engine makes a draft
engine-job-panicked = an internal error ended this job ({ $detail }). Finished steps are kept; please report it
engine-picture-not-saved = { $file } could not be saved: { $source }
engine-disk-short = Only { $free } MB are free where { $folder } is, so a large job may not fit. Free some space or delete jobs for good.
