//! Injected faults, in line for the calls they are to meet.

use std::collections::VecDeque;

use crate::fault::Fault;

/// Faults waiting for calls, first come first served.
#[derive(Default)]
pub(crate) struct Queue(VecDeque<(Fault, Option<u32>)>);

impl Queue {
    pub(crate) fn push(&mut self, fault: Fault, times: Option<u32>) {
        self.0.push_back((fault, times));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault the next call meets.
    pub(crate) fn take(&mut self) -> Option<Fault> {
        while let Some((fault, times)) = self.0.front_mut() {
            let fault = *fault;
            match times {
                None => return Some(fault),
                Some(0) => {
                    self.0.pop_front();
                }
                Some(left) => {
                    *left -= 1;
                    return Some(fault);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_faults_in_order_and_by_count() {
        let mut queue = Queue::default();
        queue.push(Fault::Html, Some(2));
        queue.push(Fault::Hang, None);
        let taken: Vec<_> = (0..4).filter_map(|_| queue.take()).collect();
        assert_eq!(taken, [Fault::Html, Fault::Html, Fault::Hang, Fault::Hang]);
        queue.clear();
        assert_eq!(queue.take(), None);
    }
}
