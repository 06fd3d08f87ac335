# Messages of the area `hub`: models that are downloaded, checked and removed. Message IDs are notice codes.

hub-sale-yes = You may sell the pictures.
hub-sale-rules = You may sell the pictures, within the licence's rules of use.
hub-sale-no = You may not use it for commercial work.

hub-stopped = stopped; what has arrived is kept, and the next download continues from there
hub-unknown-set = there is no set of models { $set }; choose one of { $known }
hub-licence-not-accepted = { $front_end ->
    [cli] { $set }: read the licence ({ $licences }) and agree with --accept-licence
    [rest] { $set }: read the licence ({ $licences }) and send "accept_licence": true
   *[studio] { $set }: agree to the licence first ({ $licences })
}
hub-not-installed = the set { $set } is not installed
hub-registry = the registry of models { $file } cannot be used: { $detail }. Correct or remove it.
hub-bad-address = { $address } is not an http address. Check HF_ENDPOINT.
hub-bad-index = the address of the package index is not an http address. Check PIP_INDEX_URL.
hub-busy = another download is running in { $folder }; wait until it has ended
hub-gated = { $repository } requires that you accept its licence. Sign in and accept it at { $page }, create a token with read access there, and set HF_TOKEN to it.
hub-gated-with-token = The licence of { $repository } must be accepted by the owner of the token. Accept it at { $page }, then download again.
hub-refused = The hub refuses { $repository }: it is private or does not exist. If it is yours, set HF_TOKEN to a token with read access.
hub-refused-with-token = The hub refuses { $repository } with this token: it has expired, has no read access, or the repository does not exist. Check HF_TOKEN.
hub-not-found = { $repository } has no file { $path }. Update the program, or correct the entry in registry.d.
hub-status = { $host } answers with the error { $status }. Try again later.
hub-throttled = { $host } asks for a pause of { $seconds } s. Try again after it.
hub-network = { $host } cannot be reached: { $detail }. Check the connection and the proxy, then download again; it continues where it stopped.
hub-stalled = { $host } sends no data, or almost none. Download again later; it continues where it stopped.
hub-redirect = { $host } redirects to an address that is not followed. Check HF_ENDPOINT.
hub-changed = { $path } kept changing during the download. Try again later.
hub-wrong-length = { $path }: the server sends { $found } bytes instead of { $expected }. Try again later.
hub-wrong-hash = { $path }: the content does not have the hash that the hub names, so it was not kept. Try again later, or without the proxy.
hub-unexpected-content = { $path }: the content on the hub differs from the registry. Update the program, or correct the entry in registry.d.
hub-disk-full = The disk of { $folder } is full. Free some space, then download again; it continues where it stopped.
hub-disk-too-small = { $folder } has { $free } GB free, { $needed } GB are needed. Free some space, or choose another folder for models.
hub-io = { $path }: { $detail }. Check that the folder exists and that you may write to it.
hub-not-a-model = { $path } is not a model that this program knows. Choose a folder in Hugging Face layout, or a weights file with its config.json.
hub-exists = { $path } already exists with different contents. Move it, then try again.
