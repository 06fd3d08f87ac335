use super::super::*;
pub fn paint(_: &SceneRequest<'_>, _: StageCx<'_>) -> Result<Scene, BackendError> {
    loop {}
}
