//! Injected creatives: what an ad says in place of what the inventory has, for trying out hostile text.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

/// Members that lie over those of the next SSP ads, first come first served.
#[derive(Default)]
pub(crate) struct Creatives(VecDeque<(Map<String, Value>, Option<u32>)>);

impl Creatives {
    pub(crate) fn push(&mut self, members: Map<String, Value>, times: Option<u32>) {
        self.0.push_back((members, times));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// An SSP answer's `data` with the next members over each of its ads, a member that is null taken away; `None` where
    /// nothing was injected.
    pub(crate) fn over(&mut self, data: &impl Serialize) -> Option<Value> {
        let members = self.take()?;
        let mut data = serde_json::to_value(data).ok()?;
        for ads in data.as_object_mut()?.values_mut() {
            let ads = match ads {
                Value::Array(ads) => ads.as_mut_slice(),
                ad => std::slice::from_mut(ad),
            };
            ads.iter_mut().filter_map(Value::as_object_mut).for_each(|ad| lay(&members, ad));
        }
        Some(data)
    }

    fn take(&mut self) -> Option<Map<String, Value>> {
        while let Some((members, times)) = self.0.front_mut() {
            let members = members.clone();
            match times {
                None => return Some(members),
                Some(0) => {
                    self.0.pop_front();
                }
                Some(left) => {
                    *left -= 1;
                    return Some(members);
                }
            }
        }
        None
    }
}

fn lay(members: &Map<String, Value>, ad: &mut Map<String, Value>) {
    for (name, value) in members {
        if value.is_null() {
            ad.remove(name);
        } else {
            ad.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn lies_over_every_ad_as_often_as_ordered() {
        let mut creatives = Creatives::default();
        creatives.push(members(json!({"headline": "<b>", "cta_text": null})), Some(1));
        creatives.push(members(json!({"sponsored_prompt": "?"})), None);
        let one = json!({"bid": {"headline": "H", "cta_text": "C", "price": 1}});
        assert_eq!(creatives.over(&one), Some(json!({"bid": {"headline": "<b>", "price": 1}})));
        for _ in 0..2 {
            let many = json!({"bids": [{"sponsored_prompt": "A"}, {}]});
            let laid = json!({"sponsored_prompt": "?"});
            assert_eq!(creatives.over(&many), Some(json!({"bids": [laid, laid]})));
        }
        creatives.clear();
        assert_eq!(creatives.over(&one), None);
    }
}
