//! Ranks: arithmetic over distances and places.

/// Arithmetic that gives a record its score.
#[derive(Debug, Clone, PartialEq)]
pub enum Rank {
    /// The same number for every record.
    Value(f32),
    /// The value in the list of this number.
    Knn(usize),
    /// An operation on one or more ranks, from left to right.
    Operation(Operator, Vec<Rank>),
}

/// What is done with the operands. The arithmetic is that of 32-bit floats: division by zero and
/// the logarithm of zero give infinities, and what has no value (0/0, the logarithm of a negative
/// number) is NaN, which ranks last. Of NaN and a number, `Max` and `Min` take the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// All together.
    Sum,
    /// The first without the second.
    Sub,
    /// All multiplied.
    Mul,
    /// The first divided by the second.
    Div,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// Without its sign.
    Abs,
    /// e raised to it.
    Exp,
    /// Its natural logarithm.
    Log,
}

/// The nearest records to a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Knn {
    /// The embedding.
    pub query: Vec<f32>,
    /// How many records are listed.
    pub limit: u32,
    /// The value of the records that are not listed; without it they drop out.
    pub default: Option<f32>,
    /// Whether the value is the place in the list, 0 for the nearest, and not the distance.
    pub return_rank: bool,
}

impl Rank {
    /// The score of the record for which `knn` tells the value in each list; `None` where it has
    /// none. O(size of the rank).
    #[must_use]
    pub fn score(&self, knn: &dyn Fn(usize) -> Option<f32>) -> Option<f32> {
        let (operator, operands) = match self {
            Self::Value(value) => return Some(*value),
            Self::Knn(at) => return knn(*at),
            Self::Operation(operator, operands) => (*operator, operands),
        };
        let mut score = operands.first()?.score(knn)?;
        for operand in operands.iter().skip(1) {
            let other = operand.score(knn)?;
            score = match operator {
                Operator::Sum => score + other,
                Operator::Sub => score - other,
                Operator::Mul => score * other,
                Operator::Div => score / other,
                Operator::Max => score.max(other),
                Operator::Min => score.min(other),
                Operator::Abs | Operator::Exp | Operator::Log => score,
            };
        }
        Some(match operator {
            Operator::Abs => score.abs(),
            Operator::Exp => score.exp(),
            Operator::Log => score.ln(),
            _ => score,
        })
    }
}
