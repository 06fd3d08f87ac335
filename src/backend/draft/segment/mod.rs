//! Finds the product in its photo: U²-Net (Qin et al., "U²-Net: Going Deeper with Nested U-Structure for Salient Object Detection",
//! 2020), its small variant, on the CPU; then [`matting::refine`].

mod fallback;

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use image::RgbImage;
use rten::{Model, NodeId, RunOptions, ThreadPool, Value};

use crate::backend::{BackendError, StageCx};
use crate::cancel::CancelToken;
use crate::imaging::Matte;
use crate::imaging::resize::{Filter, resample};
use crate::imaging::{Plane, matting};

/// Side of the network's input and output.
const SIDE: usize = 320;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Cuts products out of photos. Cheap to make; the network is loaded by the first photo and kept.
#[derive(Default)]
pub struct Segmenter {
    network: Option<Arc<Network>>,
    /// A pass that a stop left behind.
    outstanding: Option<JoinHandle<()>>,
}

impl Segmenter {
    /// A segmenter that has loaded nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until a stopped pass has ended: a tenth of a second at most.
    pub fn settle(&mut self) {
        if let Some(thread) = self.outstanding.take() {
            // Its result, or its panic, was the stopped job's.
            let _ = thread.join();
        }
    }

    /// Frees the network; the next photo loads it again.
    pub fn unload(&mut self) {
        self.network = None;
    }

    /// The network's forward pass alone, without matting: what a benchmark compares with other runtimes.
    pub fn forward(&mut self, photo: &RgbImage) -> Result<Option<Plane>, BackendError> {
        let network = match &mut self.network {
            Some(network) => network,
            empty => empty.insert(Arc::new(Network::load()?)),
        };
        network.run(preprocess(photo), &CancelToken::default())
    }

    /// The product's matte. Never empty: a photo in which the network sees nothing is cut by the colour of its border, and if that fails
    /// too, kept whole with soft edges.
    pub fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        if photo.width() == 0 || photo.height() == 0 {
            return Err(BackendError::Failed("The photo has no pixels.".into()));
        }
        self.settle();
        cx.step(0.0)?;
        let network = match &mut self.network {
            Some(network) => network,
            empty => empty.insert(Arc::new(Network::load()?)),
        };
        cx.step(0.1)?;
        let coarse = run_interruptibly(network, photo, &mut self.outstanding, cx)?;
        cx.step(0.8)?;
        let by_network = std::iter::once_with(|| coarse);
        // Built only if the network's answer was of no use.
        let by_border = std::iter::once_with(|| fallback::by_border_colour(photo).filter(is_useful));
        for coarse in by_network.chain(by_border).flatten() {
            let matte = matting::refine(photo, &coarse, cx.cancel)?;
            if is_useful(&matte.alpha) {
                cx.step(1.0)?;
                return Ok(matte);
            }
        }
        cx.observer.warn("product_image: no product was found in the photo, so the photo is used whole; a picture with a plain background or a transparent one helps");
        let alpha = fallback::whole(photo.width() as usize, photo.height() as usize);
        cx.step(1.0)?;
        // Nothing was cut, hence there is no old background to remove from the colours.
        Ok(Matte { alpha, foreground: photo.clone() })
    }
}

/// Whether a matte holds a product: neither next to nothing nor the whole picture.
pub fn is_useful(mask: &Plane) -> bool {
    let inside = mask.data.iter().filter(|&&v| v > 0.5).count() as f64 / mask.data.len().max(1) as f64;
    (0.002..0.98).contains(&inside)
}

/// The tensors that are alive between the pieces of the pass: one's results are the next one's inputs. The last piece ends in [`OUTPUT`].
/// The widest convolution (128 → 64 channels at 320²) is two fifths of the network and cannot be cut.
const CUTS: [&[&str]; 5] = [
    &["801", "946"],
    &["947", "1070", "1166", "1293", "1341", "1364"],
    &["947", "1293", "1341", "1429", "1544", "1567"],
    &["947", "1293", "1341", "1429", "1544", "1567", "1685"],
    &["1293", "1341", "1429", "1544", "1686", "1709"],
];
/// d0, the fused map; the six side outputs serve only training.
const OUTPUT: &str = "1959";

/// Runs the network on a thread of its own, so that a stop is heard at once although a single layer may take a tenth of a second. The
/// thread hears the same stop before its next piece; [`Segmenter::settle`] waits for it before anything else runs.
fn run_interruptibly(
    network: &Arc<Network>,
    photo: &RgbImage,
    outstanding: &mut Option<JoinHandle<()>>,
    cx: StageCx<'_>,
) -> Result<Option<Plane>, BackendError> {
    let planes = preprocess(photo);
    let (sender, receiver) = mpsc::channel();
    let (shared, cancel) = (Arc::clone(network), cx.cancel.clone());
    let thread = std::thread::Builder::new()
        .name("nanococoa-segment".into())
        .spawn(move || {
            // Nobody listens after a stop.
            let _ = sender.send(shared.run(planes, &cancel));
        })
        .map_err(|e| BackendError::Failed(format!("The cut-out network cannot start: {e}")))?;
    *outstanding = Some(thread);
    let mut waited = 0.0;
    loop {
        match receiver.recv_timeout(Duration::from_millis(8)) {
            Ok(result) => return result,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                waited += 0.008;
                cx.step(0.1 + 0.7 * (waited / (waited + 0.7)))?;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(BackendError::Failed("The cut-out network ended unexpectedly.".into()));
            }
        }
    }
}

struct Network {
    model: Model,
    input: NodeId,
    /// Tensors after each piece; the last is the output alone.
    pieces: Vec<Vec<NodeId>>,
    threads: Arc<ThreadPool>,
}

impl Network {
    fn load() -> Result<Self, BackendError> {
        let broken = |e: String| BackendError::Failed(format!("The built-in cut-out network cannot be loaded: {e}"));
        let model = Model::load_static_slice(crate::assets::U2NETP).map_err(|e| broken(e.to_string()))?;
        let node = |name: &&str| model.node_id(name).map_err(|e| broken(e.to_string()));
        let input = node(&"input.1")?;
        let pieces = CUTS
            .iter()
            .copied()
            .chain([&[OUTPUT][..]])
            .map(|names| names.iter().map(node).collect())
            .collect::<Result<Vec<Vec<_>>, _>>()?;
        // More threads than this wait for each other on maps of 320² and less.
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let threads = Arc::new(ThreadPool::with_num_threads(cores.clamp(1, 8)));
        Ok(Self { model, input, pieces, threads })
    }

    /// Saliency 0..=1 at the network's size from preprocessed planes, or `None` when it sees nothing or everything.
    fn run(&self, planes: Vec<f32>, cancel: &CancelToken) -> Result<Option<Plane>, BackendError> {
        let failed = |e: String| BackendError::Failed(format!("The cut-out network stopped: {e}"));
        let mut alive: Vec<(NodeId, Value)> =
            vec![(self.input, Value::from_shape(&[1, 3, SIDE, SIDE], planes).map_err(|e| failed(e.to_string()))?)];
        for piece in &self.pieces {
            cancel.check()?;
            let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
            let made: Vec<NodeId> = piece.iter().copied().filter(|id| alive.iter().all(|(have, _)| have != id)).collect();
            let inputs = alive.iter().map(|(id, value)| (*id, value.as_view().into())).collect();
            let values = self.model.run(inputs, &made, Some(options)).map_err(|e| failed(e.to_string()))?;
            alive.retain(|(id, _)| piece.contains(id));
            alive.extend(made.into_iter().zip(values));
        }
        let (_, value) = alive.pop().ok_or_else(|| failed("no output".into()))?;
        let (_, mut data): ([usize; 4], Vec<f32>) = value.into_shape_vec().map_err(|e| failed(format!("{e:?}")))?;
        if data.len() != SIDE * SIDE || data.iter().any(|v| !v.is_finite()) {
            return Ok(None);
        }
        let (low, high) = data.iter().fold((f32::MAX, f32::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        // Stretching a map without any confident pixel would turn its noise into a product.
        if high < 0.3 || high - low < 0.1 {
            return Ok(None);
        }
        data.iter_mut().for_each(|v| *v = (*v - low) / (high - low));
        let mask = Plane { width: SIDE, height: SIDE, data };
        Ok(is_useful(&mask).then_some(mask))
    }
}

/// The network's own output for planes that are prepared already: `[B, 3, 320, 320]` → `[B, 1, 320, 320]`, both row-major; of an ONNX file or
/// of the built-in network.
pub(crate) fn raw_masks(file: Option<&Path>, planes: &[f32]) -> Result<Vec<f32>, BackendError> {
    let failed = |e: String| match file {
        Some(path) => BackendError::Failed(format!("{}: {e}", path.display())),
        None => BackendError::Failed(format!("The built-in cut-out network stopped: {e}")),
    };
    let model = match file {
        Some(path) => Model::load_file(path).map_err(|e| failed(e.to_string()))?,
        None => Model::load_static_slice(crate::assets::U2NETP).map_err(|e| failed(e.to_string()))?,
    };
    let ends = model.input_ids().first().copied().zip(model.output_ids().first().copied());
    let (input, output) = ends.ok_or_else(|| failed("the network has no input or no output".into()))?;
    let mut masks = Vec::with_capacity(planes.len() / 3);
    for picture in planes.chunks_exact(3 * SIDE * SIDE) {
        let value = Value::from_shape(&[1, 3, SIDE, SIDE], picture.to_vec()).map_err(|e| failed(e.to_string()))?;
        let mut values = model.run(vec![(input, value.into())], &[output], None).map_err(|e| failed(e.to_string()))?;
        let value = values.pop().ok_or_else(|| failed("no output".into()))?;
        let (_, data): ([usize; 4], Vec<f32>) = value.into_shape_vec().map_err(|e| failed(format!("{e:?}")))?;
        if data.len() != SIDE * SIDE {
            return Err(failed(format!("the mask has {} values instead of {}", data.len(), SIDE * SIDE)));
        }
        masks.extend(data);
    }
    Ok(masks)
}

/// As the network was trained: squeezed to a square, divided by the brightest value, ImageNet's mean and deviation; planes R, G, B.
fn preprocess(photo: &RgbImage) -> Vec<f32> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let raw = photo.as_raw();
    let small = resample::<3, [f32; 3]>(
        (width, height),
        (SIDE, SIDE),
        Filter::Lanczos3,
        |y, row| {
            for (r, p) in row.iter_mut().zip(raw[y * width * 3..].chunks_exact(3)) {
                *r = [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])];
            }
        },
        |row, out| out.iter_mut().zip(row).for_each(|(o, r)| *o = r.map(|v| v.clamp(0.0, 255.0))),
        1,
    );
    let brightest = small.iter().flatten().fold(1.0f32, |m, &v| m.max(v));
    (0..3).flat_map(|c| small.iter().map(move |p| (p[c] / brightest - MEAN[c]) / DEVIATION[c])).collect()
}

#[cfg(test)]
mod tests;
