//! Ads said aloud: printed with their timing, spoken by espeak-ng where that is installed, and counted when they were heard.

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thrads_core::{Ad, Clock, Listening, Spoken, Voice, speech, spoken_choice};
use thrads_std::TokioClock;
use tokio::time::sleep;

/// A voice of a language.
#[derive(Clone, Copy)]
pub(crate) struct Aloud {
    voice: Voice<'static>,
    /// What espeak-ng calls it.
    language: &'static str,
}

impl Aloud {
    pub(crate) const LANGUAGES: [(&'static str, &'static Self); 2] = [
        ("en", &Self { voice: Voice::ENGLISH, language: "en" }),
        ("de", &Self { voice: Voice::GERMAN, language: "de" }),
    ];

    /// What is said of an ad, behind a number where it can be asked for by one; nothing of one without words.
    pub(crate) fn words(&self, ad: &Ad<String>, number: Option<usize>) -> Option<(String, Spoken)> {
        let mut text = String::new();
        let number = number.and_then(|number| u8::try_from(number).ok());
        let spoken = match number {
            Some(number) => spoken_choice(ad, number, &self.voice, &mut text),
            None => speech(ad, &self.voice, &mut text),
        };
        Some((text, spoken.ok()?)).filter(|(text, _)| !text.is_empty())
    }

    /// Says it, and answers whether that counts. Who interrupts has not heard the rest. A patient listener hears it to its
    /// end; another only for as long as it takes to count.
    pub(crate) async fn say(
        &self,
        text: &str,
        spoken: Spoken,
        is_patient: bool,
        interrupted: impl Future<Output = ()>,
    ) -> bool {
        let _until_returned = Mouth::open(text, self.language);
        let (clock, mut is_heard) = (TokioClock::new(), false);
        let (start, mut listening) = (clock.now(), Listening::new(spoken.disclosure_per_mille()));
        tokio::pin!(interrupted);
        loop {
            let now = clock.now();
            let elapsed = now.since(start);
            is_heard |= listening.on_sample(now, spoken.per_mille_at(elapsed));
            if elapsed >= spoken.total || is_heard && !is_patient {
                return is_heard;
            }
            tokio::select! {
                () = &mut interrupted => return is_heard,
                () = sleep(STEP) => {}
            }
        }
    }
}

/// espeak-ng at work; dropped, it is silent. Without it the kiosk has only the words that it prints.
struct Mouth(Child);

impl Mouth {
    fn open(text: &str, language: &str) -> Option<Self> {
        let mut espeak = Command::new("espeak-ng");
        espeak.args(["-v", language, "-s", WORDS_A_MINUTE, "--", text]);
        espeak.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        espeak.spawn().ok().map(Self)
    }
}

impl Drop for Mouth {
    fn drop(&mut self) {
        let _has_ended = self.0.kill();
        let _none = self.0.wait();
    }
}

/// How often the voice is asked how far it has got.
const STEP: Duration = Duration::from_millis(50);
/// The rate that the core reckons with.
const WORDS_A_MINUTE: &str = "150";
