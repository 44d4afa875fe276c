//! The scripted assistant of a corner shop. A real page would ask its language model here.

/// The answer to a question, by what it mentions.
pub(crate) fn answer(question: &str) -> &'static str {
    let question = question.to_lowercase();
    let mentions = |words: &&str| words.split('|').any(|word| question.contains(word));
    let known = ANSWERS.iter().find(|(words, _)| mentions(words));
    known.map_or(UNKNOWN, |(_, answer)| *answer)
}

/// An answer in the pieces that a language model would stream: words, each with the space behind it.
pub(crate) fn pieces(answer: &str) -> impl Iterator<Item = &str> {
    answer.split_inclusive(' ')
}

const UNKNOWN: &str = "I am only the shop's assistant, so I would have to ask. Is it about something for the kitchen, the road or the rain?";

const ANSWERS: [(&str, &str); 10] = [
    (
        "kettle|tea",
        "For a kettle that lasts, look for a steel body, a lid that locks and a filter you can take out. Do you boil on gas or with a plug?",
    ),
    (
        "coffee|espresso|grinder",
        "Buy beans that were roasted this month and grind them just before brewing. What do you brew with: filter, moka pot or machine?",
    ),
    (
        "boot|hiking|hike|trail",
        "For wet ground take a waterproof membrane, a stiff sole and half a size more than usual. Will you carry a heavy pack?",
    ),
    (
        "rain|jacket|umbrella",
        "A light jacket with taped seams keeps most rain out, and some fold into their own pocket. Is it for the town or the hills?",
    ),
    (
        "headphone|earbud|music|noise",
        "Over-ear ones keep out more noise, and small ones are easier to carry. Is it for the train or for the desk?",
    ),
    (
        "bike|bicycle|cargo",
        "With children or shopping, a long-tail or a box in front makes the difference. How steep is the way home?",
    ),
    ("hello|good morning|good evening|hi there", "Hello! What can I help you find today?"),
    (
        "open|close|hours",
        "We are open from eight in the morning until eight in the evening, every day but Sunday.",
    ),
    (
        "return|refund",
        "Yes, within thirty days and with the receipt, worn shoes too if they pinch.",
    ),
    ("thank|bye", "You are welcome. Have a good day!"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_up_the_answer() {
        for question in ["My KETTLE leaks", "When do you close?", "?"] {
            let answer = answer(question);
            assert_eq!(pieces(answer).collect::<String>(), answer);
            assert!(pieces(answer).count() > 5);
        }
        assert_ne!(answer("kettle"), answer("boots"));
    }
}
