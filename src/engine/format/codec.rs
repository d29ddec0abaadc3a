//! Numbers and texts in little-endian order.

use std::mem::discriminant;

use super::frame::damage;
use crate::engine::error::Result;
use crate::engine::metadata::{Key, Metadata, Value};

/// Appends values to bytes.
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// The number of elements of something that follows.
    pub(super) fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("wasm memory holds fewer than 2^32 elements"));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn f32s(&mut self, values: &[f32]) {
        self.0.reserve(values.len() * 4);
        for value in values {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(super) fn u32s(&mut self, values: &[u32]) {
        for value in values {
            self.u32(*value);
        }
    }

    /// A byte 0 for `None`, or 1 and what `write` appends.
    pub(super) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.u8(0),
            Some(value) => {
                self.u8(1);
                write(self, value);
            }
        }
    }

    pub(super) fn metadata(&mut self, metadata: &Metadata) {
        self.count(metadata.iter().len());
        for (key, value) in metadata.iter() {
            self.text(key);
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(false) => self.u8(0),
            Value::Bool(true) => self.u8(1),
            Value::Int(value) => {
                self.u8(2);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            Value::Float(value) => {
                self.u8(3);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            Value::String(value) => {
                self.u8(4);
                self.text(value);
            }
            Value::List(list) => {
                self.u8(5);
                self.count(list.len());
                list.iter().for_each(|value| self.value(value));
            }
        }
    }
}

/// Takes values from bytes; every length is checked against what is left.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or_else(|| damage("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.bytes(N)?.try_into().expect("N bytes were taken"))
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number of elements of at least `size` bytes each.
    pub(super) fn count(&mut self, size: usize) -> Result<usize> {
        let count = self.u32()? as usize;
        match count.checked_mul(size) {
            Some(bytes) if bytes <= self.0.len() => Ok(count),
            _ => Err(damage("a length exceeds what is there")),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        let count = self.count(1)?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| damage("a text is not UTF-8"))
    }

    pub(super) fn f32s(&mut self, count: usize) -> Result<Vec<f32>> {
        let size = count.checked_mul(4).ok_or_else(|| damage("a length is too large"))?;
        let (numbers, _) = self.bytes(size)?.as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// Takes as many numbers as `numbers` holds.
    pub(super) fn f32s_into(&mut self, numbers: &mut [f32]) -> Result<()> {
        let (stored, _) = self.bytes(size_of_val(numbers))?.as_chunks::<4>();
        for (number, bytes) in numbers.iter_mut().zip(stored) {
            *number = f32::from_le_bytes(*bytes);
        }
        Ok(())
    }

    /// Appends `count` numbers, of which the caller knows that they are there.
    pub(super) fn u32s_into(&mut self, numbers: &mut Vec<u32>, count: usize) -> Result<()> {
        let (stored, _) = self.bytes(count * 4)?.as_chunks::<4>();
        numbers.extend(stored.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        Ok(())
    }

    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(damage("an option is neither present nor absent")),
        }
    }

    /// `keys` are those of the record before: mostly the same, and then not allocated again.
    pub(super) fn metadata(&mut self, keys: &mut Vec<Key>) -> Result<Metadata> {
        let count = self.count(5)?;
        let mut entries = Vec::with_capacity(count);
        for at in 0..count {
            let name = self.text()?;
            if keys.get(at).is_none_or(|key| **key != *name) {
                keys.truncate(at);
                keys.push(name.into());
            }
            let key = keys[at].clone();
            let value = match self.u8()? {
                5 => self.list()?,
                tag => self.scalar(tag)?,
            };
            entries.push((key, value));
        }
        Metadata::new(entries).ok_or_else(|| damage("metadata without keys"))
    }

    fn scalar(&mut self, tag: u8) -> Result<Value> {
        Ok(match tag {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            2 => Value::Int(i64::from_le_bytes(self.array()?)),
            3 => Value::Float(f64::from_le_bytes(self.array()?)),
            4 => Value::String(self.text()?.into()),
            _ => return Err(damage("a metadata value has an unknown type")),
        })
    }

    fn list(&mut self) -> Result<Value> {
        let count = self.count(1)?;
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            let tag = self.u8()?;
            list.push(self.scalar(tag)?);
        }
        if list.windows(2).all(|pair| discriminant(&pair[0]) == discriminant(&pair[1])) && count > 0
        {
            Ok(Value::List(list.into()))
        } else {
            Err(damage("a metadata list is empty or mixes types"))
        }
    }

    /// The end; anything left over is damage.
    pub(super) fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(damage("it is longer than expected")) }
    }
}
