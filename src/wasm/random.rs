//! Randomness, which the engine has none of: the ids and the seeds of collections.

use crate::wasm::errors::{Error, Result, code};

/// A random UUID (version 4) in its usual form, such as
/// `"0b4e7c9a-5f0e-4d0a-9a46-3a1d9d2f7c55"`.
pub(crate) fn uuid() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes)?;
    Ok(format_uuid(bytes))
}

/// A random seed for a collection's graph.
pub(crate) fn seed() -> Result<u64> {
    let mut bytes = [0_u8; 8];
    fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        Error::new(
            code::INTERNAL,
            format!("crypto.getRandomValues gave no random numbers ({error})"),
        )
    })
}

/// Writes `bytes` as a UUID after setting the bits that say "version 4, variant 1" (RFC 9562).
fn format_uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.into_iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_uuid_carries_version_and_variant() {
        assert_eq!(format_uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(format_uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    #[wasm_bindgen_test]
    fn ids_and_seeds_differ() {
        assert_ne!(uuid(), uuid());
        assert_ne!(seed(), seed());
    }
}
