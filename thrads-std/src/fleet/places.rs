//! The places of people's ads in a whole fleet: kept at asking, counted when the ad was seen, given back or lapsed otherwise.
//!
//! Part of `fleet`. Each replica's own memory of a person decides first, so that what it holds costs no trip. An ask that is
//! to be sent makes one trip, with which goes all that is to be told of earlier ads; what finds no trip to go with makes its
//! own a quarter of a second later.

use super::book::{Book, Note, What, seen};
use super::link::Link;
use super::names::{Names, PersonId};
use super::on_screen::{Place, Shown};
use super::store_error::StoreError;
use redis::{Cmd, Script, Value, cmd, from_redis_value};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use thrads_core::{Cap, Caps, Millis, Seen};
use tokio::runtime::Handle;
use tokio::time::sleep;
use tracing::{info, warn};

/// The places of one key's people, as one replica asks for them.
pub(crate) struct Places {
    link: Arc<Link>,
    names: Arc<Names>,
    caps: Caps,
    /// Drawn at random, so that no two replicas' ads have one name.
    replica: String,
    state: Mutex<State>,
    /// Ads may be seen where no runtime is.
    runtime: OnceLock<Handle>,
}

/// What a fleet says to an ask.
pub(crate) struct Asked {
    /// What the person has seen in all replicas.
    pub(crate) seen: Seen,
    /// The place, or what leaves none and for how long.
    pub(crate) place: Result<Place, (Cap, Duration)>,
}

#[derive(Default)]
struct State {
    book: Book,
    ads: u64,
    is_telling: bool,
    last_trip: Option<Instant>,
    away_until: Option<Instant>,
}

impl Places {
    /// `None` where no cap is one that replicas could share.
    pub(super) fn under(caps: Caps, link: Arc<Link>, names: Arc<Names>) -> Option<Arc<Self>> {
        let Caps { hour, day, gap_secs, .. } = caps;
        let mut drawn = [0; 8];
        // Without it the replica goes on as without Redis.
        SystemRandom::new().fill(&mut drawn).ok()?;
        let places = || Self {
            link,
            names,
            caps,
            replica: format!("{:016x}", u64::from_be_bytes(drawn)),
            state: Mutex::default(),
            runtime: OnceLock::new(),
        };
        (hour > 0 || day > 0 || gap_secs > 0).then(|| Arc::new(places()))
    }

    /// Asks for a place for one more ad. `None` while Redis is not there: then what this replica knows has to do.
    pub(crate) async fn ask(self: &Arc<Self>, person: PersonId) -> Option<Asked> {
        self.runtime.get_or_init(Handle::current);
        if self.state().is_away() {
            return None;
        }
        let ad = self.next_ad();
        // From here on, so that it is given back also where the ask is given up half-way.
        let mut place = Place::keep(self, Shown { person, ad, lapses: Instant::now() + KEPT_FOR });
        let answer: Answer = from_redis_value(self.trip(Some((person, ad))).await.ok()??).ok()?;
        let (hold, wait, ..) = answer;
        let cap = match hold {
            0 => return Some(Asked { seen: told(answer), place: Ok(place) }),
            1 => Cap::Day,
            2 => Cap::Hour,
            _ => Cap::Gap,
        };
        place.take();
        Some(Asked { seen: told(answer), place: Err((cap, Duration::from_millis(wait))) })
    }

    /// Tells all that is to be told, unless Redis is gone.
    pub(super) async fn tell_all(&self) {
        while self.state().book.has_untold() {
            if self.trip(None).await.is_err() {
                return;
            }
        }
    }

    /// One trip with what is to be told, and an ask behind it; brings the ask's answer.
    async fn trip(&self, ask: Option<(PersonId, u64)>) -> Result<Option<Value>, StoreError> {
        let mut parcel = Parcel::pack(self);
        let mut calls: Vec<_> = parcel.notes.iter().map(|note| self.note(note)).collect();
        calls.extend(ask.map(|(person, ad)| self.call("ask", person, ad, Duration::ZERO)));
        let counter = self.names.of(&format!("replica:{}", self.replica));
        calls.push(cmd("INCRBY").arg(&counter).arg(seen(&parcel.notes)).take());
        calls.push(cmd("PEXPIRE").arg(&counter).arg(COUNTED_FOR_MS).take());
        let answers = self.link.run(&calls, PERSON_LUA).await;
        let now = Instant::now();
        let mut state = self.state();
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                state.on_cut(now, error);
                return Err(error);
            }
        };
        let count = answers.get(calls.len() - 2).cloned().flatten().map(from_redis_value);
        let count = count.and_then(Result::ok).unwrap_or(0);
        if answers.iter().any(Option::is_none) {
            warn!(
                "redis keeps something else in the place of a person: delete what is under thrads:*:person:*"
            );
        }
        let again = state.book.on_told(now, parcel.opened(), parcel.expected, count);
        state.on_trip(now, again);
        drop(state);
        Ok(ask.and_then(|_| answers.into_iter().nth(calls.len() - 3)).flatten())
    }

    fn note(&self, note: &Note) -> Cmd {
        let Note { person, ad, what } = *note;
        match what {
            What::Seen(at) => self.call("seen", person, ad, at.elapsed()),
            What::Dropped => self.call("drop", person, ad, Duration::ZERO),
        }
    }

    fn call(&self, what: &str, person: PersonId, ad: u64, age: Duration) -> Cmd {
        let Caps { hour, day, gap_secs, .. } = self.caps;
        let gap = u64::from(gap_secs.min(MAX_GAP_SECS)) * 1000;
        let mut call = cmd("EVALSHA");
        call.arg(PERSON.get_hash()).arg(1).arg(self.names.person(person));
        call.arg(what).arg(format!("{}-{ad}", self.replica)).arg(millis(age));
        call.arg(millis(KEPT_FOR)).arg(gap).arg(hour).arg(day);
        call
    }

    pub(super) fn next_ad(&self) -> u64 {
        let mut state = self.state();
        state.ads += 1;
        state.ads
    }

    /// Tells it soon.
    pub(super) fn add(self: &Arc<Self>, note: Note) {
        let mut state = self.state();
        state.book.add(note);
        let here = Handle::try_current().ok();
        if let Some(runtime) = here.as_ref().or(self.runtime.get()).filter(|_| !state.is_telling) {
            state.is_telling = true;
            drop(state);
            runtime.spawn(tell(Telling(Arc::downgrade(self))));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

impl State {
    fn is_away(&self) -> bool {
        self.away_until.is_some_and(|until| Instant::now() < until)
    }

    /// When somebody should make a trip for its own sake: to tell, or to see whether what was told is still known.
    fn due(&self) -> Instant {
        let wait = match () {
            () if self.book.is_full() => Duration::ZERO,
            () if self.book.has_untold() => GATHERED_FOR,
            () => AGAIN_AFTER,
        };
        let due = self.last_trip.map_or_else(Instant::now, |last| last + wait);
        self.away_until.map_or(due, |until| due.max(until))
    }

    fn on_cut(&mut self, now: Instant, error: StoreError) {
        if self.away_until.replace(now + AGAIN_AFTER).is_none() {
            let (reason, advice) = (error.code(), error.advice());
            warn!(
                reason,
                advice, "redis does not keep people's caps: each replica goes on with its own"
            );
        }
    }

    fn on_trip(&mut self, now: Instant, again: usize) {
        self.last_trip = Some(now);
        if self.away_until.take().is_some() {
            info!("redis is back: replicas share people's caps again");
        }
        if again > 0 {
            warn!(ads = again, "redis has lost ads that were seen: they are told again");
        }
    }
}

/// Notes on their way. A trip that does not come back, or is given up, leaves them to the next.
struct Parcel<'p> {
    places: &'p Places,
    notes: Vec<Note>,
    expected: u64,
}

impl<'p> Parcel<'p> {
    fn pack(places: &'p Places) -> Self {
        let (notes, expected) = places.state().book.take();
        Self { places, notes, expected }
    }

    fn opened(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}

impl Drop for Parcel<'_> {
    fn drop(&mut self) {
        if !self.notes.is_empty() {
            let notes = self.opened();
            self.places.state().book.put_back(notes);
        }
    }
}

/// The one who tells for all. However that ends, another may begin.
struct Telling(Weak<Places>);

impl Drop for Telling {
    fn drop(&mut self) {
        if let Some(places) = self.0.upgrade() {
            places.state().is_telling = false;
        }
    }
}

/// Tells what no ask took along, until nothing is to be told or told again.
async fn tell(mut telling: Telling) {
    sleep(GATHERED_FOR).await;
    loop {
        let Some(places) = telling.0.upgrade() else { return };
        let is_due = places.state().due() <= Instant::now();
        if is_due {
            let _told_later = places.trip(None).await;
        }
        let wait = {
            let mut state = places.state();
            if state.book.is_settled(Instant::now()) {
                // Under the lock, so that whoever adds a note now begins anew.
                state.is_telling = false;
                telling.0 = Weak::new();
                return;
            }
            state.due().saturating_duration_since(Instant::now())
        };
        drop(places);
        sleep(wait.clamp(GRAIN, GATHERED_FOR)).await;
    }
}

/// As the script returns it.
type Answer = (u8, u64, u8, u64, u8, u64, u64);

fn told((_, _, hour, hour_left, day, day_left, gap_left): Answer) -> Seen {
    let (hour_left, day_left, gap_left) = (Millis(hour_left), Millis(day_left), Millis(gap_left));
    Seen { hour, hour_left, day, day_left, gap_left }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

static PERSON: LazyLock<Script> = LazyLock::new(|| Script::new(PERSON_LUA));
const PERSON_LUA: &str = include_str!("person.lua");
/// After which a place lapses of which nothing was heard: as long as one is kept in a process.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// How long notes wait for an ask to go with.
const GATHERED_FOR: Duration = Duration::from_millis(250);
/// The shortest time between two looks.
const GRAIN: Duration = Duration::from_millis(25);
/// Between looks at a Redis that is gone, or might have lost what it was told.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long Redis keeps this replica's count: longer than anything is told again.
const COUNTED_FOR_MS: u64 = 3_600_000;
const MAX_GAP_SECS: u32 = 24 * 86_400;
