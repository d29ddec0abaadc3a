//! Values as a caller gives them, before the engine has judged them.

/// A JSON value that keeps whole numbers apart from fractions and keys in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`, and JavaScript's `undefined`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, NaN and infinities included.
    Float(f64),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Json>),
    /// Keys and values in the order given.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of a key, unless it is missing or null, or this is no object.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        let entry = entries.iter().find(|(name, value)| name == key && *value != Self::Null);
        entry.map(|(_, value)| value)
    }

    /// What kind of value this is, for messages: "a number", "an object".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Float(value) if !value.is_finite() => non_finite(*value),
            Self::Int(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// The name of a number that is not finite, as JavaScript writes it. Messages never print other
/// fractions: the code that formats them would be a twentieth of the module.
#[must_use]
pub fn non_finite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}
