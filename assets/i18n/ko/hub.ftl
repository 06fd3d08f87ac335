# Messages of the area `hub`: models that are downloaded, checked and removed. Message IDs are notice codes.

hub-sale-yes = 만든 그림을 팔 수 있어요.
hub-sale-rules = 라이선스의 사용 규칙을 지키면 만든 그림을 팔 수 있어요.
hub-sale-no = 상업적으로 쓸 수 없어요.

hub-stopped = 중지했어요. 받은 부분은 남아 있고, 다음에 이어서 받아요.
hub-unknown-set = 모델 세트 { JOSA($set, "이/가") } 없어요. 다음 중에서 고르세요: { $known }
hub-licence-not-accepted = { $front_end ->
    [cli] { $set }: 라이선스({ $licences })를 읽고 --accept-licence로 동의하세요.
    [rest] { $set }: 라이선스({ $licences })를 읽고 "accept_licence": true를 보내세요.
   *[studio] { $set }: 먼저 라이선스({ $licences })에 동의하세요.
}
hub-not-installed = 모델 세트 { JOSA($set, "은/는") } 설치되어 있지 않아요
hub-registry = 모델 목록 { JOSA($file, "을/를") } 쓸 수 없어요: { $detail }. 고치거나 지우세요.
hub-bad-address = { JOSA($address, "은/는") } http 주소가 아니에요. HF_ENDPOINT를 확인하세요.
hub-bad-index = 패키지 색인의 주소가 http 주소가 아니에요. PIP_INDEX_URL을 확인하세요.
hub-busy = { $folder } 폴더에서 다른 다운로드가 진행 중이에요. 끝날 때까지 기다리세요.
hub-gated = { JOSA($repository, "은/는") } 라이선스 동의가 필요해요. { $page } 페이지에 로그인해 동의하고, 읽기 권한 토큰을 만들어 HF_TOKEN에 넣으세요.
hub-gated-with-token = { JOSA($repository, "은/는") } 토큰 주인의 라이선스 동의가 필요해요. { $page } 페이지에서 동의한 다음 다시 받으세요.
hub-refused = 허브가 { $repository } 요청을 거절했어요. 비공개이거나 없는 저장소예요. 자기 저장소라면 읽기 권한 토큰을 HF_TOKEN에 넣으세요.
hub-refused-with-token = 허브가 이 토큰으로는 { $repository } 요청을 거절했어요. 토큰이 만료됐거나 읽기 권한이 없거나, 저장소가 없어요. HF_TOKEN을 확인하세요.
hub-not-found = { $repository } 저장소에 { $path } 파일이 없어요. 프로그램을 업데이트하거나 registry.d의 항목을 고치세요.
hub-status = { $host } 서버가 오류 { JOSA($status, "을/를") } 보냈어요. 나중에 다시 해 보세요.
hub-throttled = { $host } 서버가 { $seconds }초 동안 기다려 달라고 해요. 그 뒤에 다시 해 보세요.
hub-network = { $host } 서버에 연결할 수 없어요: { $detail }. 연결과 프록시를 확인하고 다시 받으세요. 끊긴 곳부터 이어서 받아요.
hub-stalled = { $host } 서버가 더 이상 거의 아무것도 보내지 않아요. 나중에 다시 받으세요. 끊긴 곳부터 이어서 받아요.
hub-redirect = { $host } 서버가 따라갈 수 없는 주소로 보냈어요. HF_ENDPOINT를 확인하세요.
hub-changed = 받는 동안 { $path } 파일이 자꾸 바뀌었어요. 나중에 다시 해 보세요.
hub-wrong-length = { $path }: 서버가 { $expected }바이트 대신 { $found }바이트를 보냈어요. 나중에 다시 해 보세요.
hub-wrong-hash = { $path }: 내용이 허브가 알려 준 해시와 달라서 남기지 않았어요. 나중에, 또는 프록시 없이 다시 해 보세요.
hub-unexpected-content = { $path }: 허브의 내용이 모델 목록과 달라요. 프로그램을 업데이트하거나 registry.d의 항목을 고치세요.
hub-disk-full = { $folder } 폴더가 있는 디스크가 가득 찼어요. 공간을 비우고 다시 받으세요. 끊긴 곳부터 이어서 받아요.
hub-disk-too-small = { $folder } 폴더에 { $free } GB가 남아 있는데 { $needed } GB가 필요해요. 공간을 비우거나 다른 모델 폴더를 고르세요.
hub-io = { $path }: { $detail }. 폴더가 있는지, 쓸 수 있는지 확인하세요.
hub-not-a-model = { JOSA($path, "은/는") } 이 프로그램이 아는 모델이 아니에요. Hugging Face 구조의 폴더나, config.json이 함께 있는 가중치 파일을 고르세요.
hub-exists = { $path }에 다른 내용이 이미 있어요. 옮긴 다음 다시 해 보세요.
