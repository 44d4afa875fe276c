//! A map that cannot grow without end: at its limit the entry added first makes room.

use std::collections::{HashMap, VecDeque};

/// Values by name, at most `limit` of them.
pub(crate) struct Bounded<V> {
    values: HashMap<String, V>,
    order: VecDeque<String>,
    limit: usize,
}

impl<V> Bounded<V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { values: HashMap::new(), order: VecDeque::new(), limit }
    }

    pub(crate) fn insert(&mut self, name: String, value: V) {
        if self.values.insert(name.clone(), value).is_none() {
            self.order.push_back(name);
        }
        while self.order.len() > self.limit {
            if let Some(oldest) = self.order.pop_front() {
                self.values.remove(&oldest);
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_the_oldest_first() {
        let mut map = Bounded::new(2);
        for name in ["a", "b", "b", "c"] {
            map.insert(name.to_owned(), name.len());
        }
        assert!(map.get("a").is_none());
        assert!(map.get("b").is_some() && map.get("c").is_some());
    }
}
