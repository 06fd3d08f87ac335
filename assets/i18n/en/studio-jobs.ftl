# Words of the studio: the top bar, steps, progress, generating, the history and the status bar. Message IDs are notice codes.

top-engine-diffusion = FLUX · { $device }
top-project = Project name
top-untitled = Untitled advertisement
top-server-off = Server off
top-engine-draft = Draft engine

step-stopping = Stopping…
step-will-soon = will run, under 1 s
step-will-in = will run, about { $seconds } s
step-running-left = running · { $seconds } s left
step-waiting-for = waiting, about { $seconds } s
step-background = Background
step-text = Text
step-composite = Composite
step-kept = cached
step-will = will run
step-running = running
step-waiting = Waiting
step-done = Done
step-off = No slogan
step-about = Generate runs only the steps whose inputs changed.
step-about-seconds = ≈ { $seconds } s
step-soon = < 1 s

stage-waiting = Waiting for its turn
stage-segmentation = Cutting the product out
stage-scene = Painting the background
stage-injection = Placing the product
stage-text-canvas = Laying out the text
stage-canny = Finding the edges
stage-sdxl-text = Making the 3D letters
stage-text-matte = Cutting the letters out
stage-composition = Compositing

progress-left = about { $seconds } s left
progress-soon = almost done
progress-elapsed = { $seconds } s so far

generate-fresh = Nothing changed: a new seed will be drawn
generate-fresh-short = New seed
generate-same = Nothing changed
generate-front-about = Runs before the waiting jobs.
generate-about = Makes the result; runs only what changed ({ $shortcut })
generate-ready = Seed { $seed }
generate-more = More
generate-count = How many
generate-variations-about = Makes { $number } one after another. Camera, light, set, layout and seed differ; what you placed by hand stays in its place. Without a scene, sizes and depth of the text differ.
generate-size-set-about = Makes the four sizes 1:1, 4:5, 9:16 and 16:9.
generate-all-about = Runs every step, without cached results.

again-text = From Text
again-composite = From Composite
again-not-yet = Make a result first, or choose one in the history.

history-annotate = Name and note...
history-resume = Continue
history-resume-about = Keeps the finished steps and runs the next ones.
history-title = History
history-search = Search the history
history-starred = Starred only
history-star = Star
history-empty = Your results appear here, including those made over REST.
history-nothing-found = Nothing in the history matches.
history-entry = History: { $title }
history-waiting = Waiting
history-failed = Failed
history-stopped = Stopped
history-now = Just now
history-minutes = { $minutes } min ago
history-hours = { $hours } h ago
history-days = { $days } d ago
history-restore = Restore these settings
history-compare = Compare with the draft
history-compare-shown = Compare with the one shown
history-stop = Stop this job
history-delete = Delete
history-more = More actions
history-copy-id = Copy the job's ID

status-idle = Ready
status-jobs = Running { $running } · waiting { $waiting }
status-no-gpu = No GPU
status-disk = Disk { $gigabytes } GB free
