//! The point that codes are differences from, and when it has to move.

/// The first vectors are coded around zero; this many of them say where the center should be.
const FIRST_LOOK: usize = 256;
/// The center moves when the mean of what it has seen since is farther from it than this share of their own
/// distance, both squared. Below that, codes gain next to nothing.
const DRIFT: f32 = 1.0 / 16.0;

/// About the mean of the vectors.
///
/// It looks back when it has seen twice as many as at the last look. So data that drifts moves it again and again but
/// ever more rarely, and all codings anew together cost about as much as coding everything once.
#[derive(Debug)]
pub(super) struct Center {
    values: Vec<f32>,
    norm: f32,
    /// The sum of the differences of the vectors seen since it last moved.
    sums: Vec<f32>,
    /// The sum of their squared norms.
    squares: f32,
    seen: usize,
    next_look: usize,
}

impl Center {
    /// At zero, of as many values as vectors have, padded.
    pub(super) fn new(values: usize) -> Self {
        Self {
            values: vec![0.0; values],
            norm: 0.0,
            sums: vec![0.0; values],
            squares: 0.0,
            seen: 0,
            next_look: FIRST_LOOK,
        }
    }

    /// How far from zero it is.
    #[inline]
    pub(super) fn norm(&self) -> f32 {
        self.norm
    }

    /// Where it is.
    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Stays where it is from now on.
    pub(super) fn fix(&mut self) {
        self.next_look = usize::MAX;
        self.sums = Vec::new();
    }

    /// Goes to `values` and stays there.
    pub(super) fn restore(&mut self, values: &[f32]) {
        self.values.copy_from_slice(values);
        self.norm = self.values.iter().map(|value| value * value).sum::<f32>().sqrt();
        self.fix();
    }

    /// Whether it stays where it is.
    pub(super) fn is_fixed(&self) -> bool {
        self.next_look == usize::MAX
    }

    /// Make `differences` `scale * vector - center`, padded with zeros.
    pub(super) fn differences(&self, vector: &[f32], scale: f32, differences: &mut Vec<f32>) {
        differences.resize(self.values.len(), 0.0);
        let values = vector.iter().zip(&self.values);
        for (place, (&x, &c)) in differences.iter_mut().zip(values) {
            *place = x * scale - c;
        }
        differences[vector.len()..].fill(0.0);
    }

    /// Take `scale * vector` into account, whose squared distance from here is `square`; says whether the center has
    /// moved. Zeros do not count: they stand in rows that nobody has filled.
    pub(super) fn saw(&mut self, vector: &[f32], scale: f32, square: f32) -> bool {
        if self.is_fixed() || !square.is_finite() || vector.iter().all(|&x| x == 0.0) {
            return false;
        }
        for ((&x, &c), sum) in vector.iter().zip(&self.values).zip(&mut self.sums) {
            *sum += x * scale - c;
        }
        self.squares += square;
        self.seen += 1;
        self.seen >= self.next_look && self.look()
    }

    /// Move to the mean of what was seen, if that is far enough away.
    #[cold]
    fn look(&mut self) -> bool {
        let seen = self.seen as f32;
        let squared_mean: f32 = self.sums.iter().map(|sum| (sum / seen) * (sum / seen)).sum();
        let moves = squared_mean > DRIFT * self.squares / seen && squared_mean.is_finite();
        if moves {
            for (value, sum) in self.values.iter_mut().zip(&self.sums) {
                *value += sum / seen;
            }
            self.norm = self.values.iter().map(|value| value * value).sum::<f32>().sqrt();
        }
        self.next_look = self.seen.saturating_mul(2);
        if moves {
            // What was seen so far is where it should be; what comes is judged by itself.
            self.seen = 0;
            self.squares = 0.0;
            self.sums.fill(0.0);
        }
        moves
    }
}
