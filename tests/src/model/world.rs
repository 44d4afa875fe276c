//! A device with its chats, the person, the platform's answers under way, and what happens to them.

use super::Mutant;
use super::ledger::{Broken, Ledger};
use super::scene::{Scene, Times};
use super::step::{Reply, Step};
use crate::exchange::{AD, PUBLISHER, SAID};
use thrads_core::{
    BidRequest, Call, Cap, Conversation, Decision, EndUser, Family, Head, Health, Hold, Instant,
    Lent, Millis, Next, Outcome, Rate, Reason, Session, Snapshot, TransportError,
    TransportErrorKind, Until, User, Viewability,
};

/// Everything there is, at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// The device's clock, in milliseconds.
    now: u64,
    /// What it has lived through: the clock without its steps back.
    lived: u64,
    rate: Rate,
    health: Health,
    user: User,
    /// Whom a program with [`Mutant::SplitPerson`] takes the second chat's person for.
    stranger: Option<User>,
    chats: [Chat; 2],
    /// What is stored, of each chat; the latest holds the person and the key.
    stored: [Option<Snapshot>; 2],
    latest: usize,
    is_opted_out: bool,
    left: Times,
    ledger: Ledger,
}

/// A conversation, its ask under way, and its ad on screen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chat {
    session: Session,
    ask: Ask,
    ad: Option<OnScreen>,
    /// The last ask was answered, so that its answer may come twice.
    is_answered: bool,
    is_sensitive: bool,
    turns: u8,
    asks: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ask {
    None,
    Waiting {
        until: u64,
    },
    /// On the wire since this turn.
    Sent {
        turn: u8,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct OnScreen {
    watch: Viewability,
    /// What had been lived through when it came into view.
    since: Option<u64>,
    is_used_up: bool,
    is_told: bool,
}

impl World {
    /// A device that has just been set up.
    pub fn new(scene: &Scene, mutant: Option<Mutant>) -> Self {
        let chat = Chat::new(scene);
        Self {
            now: 0,
            lived: 0,
            rate: Rate::new(scene.limit),
            health: Health::new(1),
            user: User::new(scene.caps),
            stranger: (mutant == Some(Mutant::SplitPerson)).then(|| User::new(scene.caps)),
            chats: [chat.clone(), chat],
            stored: [None; 2],
            latest: 0,
            is_opted_out: false,
            left: scene.times,
            ledger: Ledger::default(),
        }
    }

    /// Whether an invariant has held so far.
    pub fn keeps(&self, what: Broken) -> bool {
        self.ledger.keeps(what)
    }

    /// What can happen next.
    pub fn steps(&self, scene: &Scene, mutant: Option<Mutant>, steps: &mut Vec<Step>) {
        for (index, chat) in self.chats.iter().enumerate().take(scene.chats) {
            self.steps_of(index, chat, mutant, steps);
        }
        if self.left.ticks > 0 {
            steps.extend(scene.ticks.iter().map(|tick| Step::Tick(*tick)));
        }
        if self.left.jumps > 0 && self.now > 0 {
            steps.extend([Step::Back, Step::Year]);
        }
        if self.left.minds > 0 {
            steps.push(if self.is_opted_out { Step::OptIn } else { Step::OptOut });
        }
        if self.left.reboots > 0 && self.stored != [None; 2] {
            steps.push(Step::Reboot);
        }
    }

    fn steps_of(&self, index: usize, chat: &Chat, mutant: Option<Mutant>, steps: &mut Vec<Step>) {
        if chat.turns > 0 {
            steps.push(Step::Turn(index));
            if self.left.sensitive > 0 {
                steps.push(Step::Sensitive(index));
            }
        }
        // An ask borrows its session, so that nothing asks beside it.
        let may_ask = chat.ask == Ask::None || mutant == Some(Mutant::AskTwice);
        if chat.asks > 0 && may_ask {
            steps.push(Step::Ask(index));
        }
        match chat.ask {
            Ask::None => {}
            Ask::Waiting { .. } => steps.extend([Step::Send(index), Step::Drop(index)]),
            Ask::Sent { .. } => {
                let replies = [Reply::Ad, Reply::NoAd];
                steps.extend(replies.map(|reply| Step::Answer(index, reply)));
                steps.push(Step::Drop(index));
                if self.left.failures > 0 {
                    let failures = [Reply::Lost, Reply::Down, Reply::KeyRefused, Reply::TooMany];
                    steps.extend(failures.map(|reply| Step::Answer(index, reply)));
                }
            }
        }
        if self.left.again > 0 && chat.is_answered {
            steps.push(Step::Again(index));
        }
        if let Some(ad) = chat.ad {
            if !ad.is_used_up {
                steps.push(Step::Look(index));
            }
            steps.extend([Step::Hide(index), Step::Forget(index)]);
        }
    }

    /// Lets `step` happen, to a program with a mistake or without.
    pub fn take(&mut self, scene: &Scene, mutant: Option<Mutant>, step: Step) {
        let mut program = Program { world: self, scene, mutant };
        match step {
            Step::Turn(index) => program.turn(index, false),
            Step::Sensitive(index) => program.turn(index, true),
            Step::Ask(index) => program.ask(index),
            Step::Send(index) => program.send(index),
            Step::Answer(index, reply) => program.answer(index, reply),
            Step::Again(index) => program.again(index),
            Step::Drop(index) => program.world.chats[index].ask = Ask::None,
            Step::Look(index) => program.look(index),
            Step::Hide(index) => program.hide(index),
            Step::Forget(index) => program.world.chats[index].ad = None,
            Step::Tick(millis) => {
                program.world.left.ticks -= 1;
                program.world.pass(millis);
            }
            Step::Back => {
                program.world.left.jumps -= 1;
                program.world.now = program.world.now.saturating_sub(60_000);
            }
            Step::Year => {
                program.world.left.jumps -= 1;
                program.world.pass(YEAR);
            }
            Step::OptOut | Step::OptIn => program.change_mind(step == Step::OptOut),
            Step::Reboot => program.reboot(),
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now += millis;
        self.lived += millis;
    }

    fn parts(&mut self, index: usize) -> (&mut Session, Lent<'_>) {
        let Self { rate, health, user, stranger, chats, .. } = self;
        let user = stranger.as_mut().filter(|_| index == 1).unwrap_or(user);
        (&mut chats[index].session, Lent { rate, health: Some(health), user: Some(user) })
    }

    /// Bytes go out for `chat`.
    fn send_bytes(&mut self, index: usize, is_call: bool) {
        let is_stopped = self.is_opted_out || is_call && self.chats[index].is_sensitive;
        self.ledger.note(Broken::Bytes, is_stopped);
        self.ledger.note(Broken::Stopped, is_stopped && is_call);
    }
}

/// What a program does with a session, as the core's client does it.
struct Program<'a> {
    world: &'a mut World,
    scene: &'a Scene,
    mutant: Option<Mutant>,
}

impl Program<'_> {
    fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn now(&self) -> Instant {
        let is_frozen = self.has(Mutant::FreezeClock);
        Instant::from_millis(if is_frozen { 0 } else { self.world.now })
    }

    fn turn(&mut self, index: usize, is_sensitive: bool) {
        let chat = &mut self.world.chats[index];
        chat.turns -= 1;
        chat.is_sensitive = is_sensitive;
        self.world.left.sensitive -= u8::from(is_sensitive);
        if self.has(Mutant::ForgetTurn) && self.world.chats[index].ask != Ask::None {
            return;
        }
        let session = &mut self.world.chats[index].session;
        if is_sensitive {
            session.on_sensitive_turn();
            self.store(index);
        } else {
            session.on_turn();
        }
    }

    fn ask(&mut self, index: usize) {
        self.world.chats[index].asks -= 1;
        self.world.chats[index].is_answered = false;
        if self.has(Mutant::StoreEarly) {
            self.store(index);
        }
        match self.poll(index) {
            Ok(not_before) => {
                self.world.ledger.note(
                    Broken::TwoCalls,
                    matches!(self.world.chats[index].ask, Ask::Sent { .. }),
                );
                if !self.has(Mutant::StoreEarly) {
                    self.store(index);
                }
                if not_before > self.now() {
                    let until = not_before.as_millis();
                    self.world.chats[index].ask = Ask::Waiting { until };
                } else {
                    self.put_on_the_wire(index);
                }
            }
            Err(_) if self.has(Mutant::SendHeld) => self.put_on_the_wire(index),
            Err(hold) => {
                let ends = self.ends(index, hold);
                self.world.ledger.note(Broken::Hold, !ends);
            }
        }
    }

    fn poll(&mut self, index: usize) -> Result<Instant, Hold> {
        let now = self.now();
        let has_turns = self.scene.times.turns > 0;
        let leaks = self.has(Mutant::LeakPlaces);
        let (session, mut lent) = self.world.parts(index);
        if leaks {
            let _ = lent.user.as_mut().map(|user| user.reserve());
        }
        let step =
            session.poll_request(now, lent.reborrow(), PATIENCE, &PUBLISHER, call(has_turns));
        match step {
            thrads_core::Step::Send { not_before, .. } => Ok(not_before),
            thrads_core::Step::Hold(hold) => Err(hold),
        }
    }

    /// The wait is over: what stopped calls meanwhile stops this one.
    fn send(&mut self, index: usize) {
        let Ask::Waiting { until } = self.world.chats[index].ask else { return };
        let wait = until.saturating_sub(self.world.now);
        self.world.pass(wait);
        let now = self.now();
        let (session, lent) = self.world.parts(index);
        let decision = session.recheck(now, lent, now, Millis(0));
        if matches!(decision, Decision::Hold(_)) && !self.has(Mutant::SkipRecheck) {
            self.world.chats[index].ask = Ask::None;
        } else {
            self.put_on_the_wire(index);
        }
    }

    fn put_on_the_wire(&mut self, index: usize) {
        self.world.send_bytes(index, true);
        let chat = &mut self.world.chats[index];
        chat.ask = Ask::Sent { turn: chat.turns };
    }

    fn answer(&mut self, index: usize, reply: Reply) {
        let Ask::Sent { turn } = std::mem::replace(&mut self.world.chats[index].ask, Ask::None)
        else {
            return;
        };
        if !matches!(reply, Reply::Ad | Reply::NoAd) {
            self.world.left.failures -= 1;
        }
        self.world.chats[index].is_answered = true;
        let is_late = turn != self.world.chats[index].turns;
        if self.hand_over(index, reply) {
            self.world.ledger.note(Broken::Late, is_late);
            self.show(index);
        }
    }

    /// An answer that nobody waits for any more is handed over all the same.
    fn again(&mut self, index: usize) {
        self.world.left.again -= 1;
        if self.hand_over(index, Reply::Ad) {
            self.world.ledger.note(Broken::Late, true);
            self.show(index);
        }
    }

    /// Hands a reply to the session; whether it brings an ad.
    fn hand_over(&mut self, index: usize, reply: Reply) -> bool {
        let now = self.now();
        let (session, mut lent) = self.world.parts(index);
        let (status, body) = match reply {
            Reply::Lost => {
                session.handle_failure(TransportError::maybe_sent(TransportErrorKind::Timeout));
                session.tell(now, lent);
                return false;
            }
            Reply::Ad => (200, AD),
            Reply::NoAd => (200, "{\"data\":{}}"),
            Reply::Down => (500, ""),
            Reply::KeyRefused => (401, ""),
            Reply::TooMany => (429, ""),
        };
        let head = Head::new(status);
        lent.rate.observe(now, None, &head);
        session.recheck_answer(&lent);
        let mut body = body.as_bytes().to_vec();
        let has_ad = session.handle_head(&head) == Next::Body
            && matches!(session.handle_response(&head, &mut body), Outcome::Ad(_));
        session.tell(now, lent.reborrow());
        has_ad
    }

    fn show(&mut self, index: usize) {
        self.world.chats[index].ad = Some(OnScreen::default());
        if self.has(Mutant::ReportEarly) {
            self.report(index);
        }
    }

    fn look(&mut self, index: usize) {
        let (now, lived) = (self.now(), self.world.lived);
        let Some(ad) = &mut self.world.chats[index].ad else { return };
        ad.since.get_or_insert(lived);
        if ad.watch.on_sample(now, 1000) {
            self.report(index);
        }
    }

    /// The impression is used up, whether or not it may be reported.
    fn report(&mut self, index: usize) {
        let now = self.now();
        let (session, lent) = self.world.parts(index);
        let counts = session.on_seen(now, lent);
        if let Some(ad) = &mut self.world.chats[index].ad {
            ad.is_used_up = true;
        }
        if counts || self.has(Mutant::ReportAnyway) {
            self.tell_trackers(index);
        }
        if counts && self.has(Mutant::ReportTwice) {
            self.tell_trackers(index);
        }
    }

    fn tell_trackers(&mut self, index: usize) {
        let lived = self.world.lived;
        let Some(ad) = &mut self.world.chats[index].ad else { return };
        let is_viewable = ad.since.is_some_and(|since| lived - since >= 1000);
        let was_told = std::mem::replace(&mut ad.is_told, true);
        self.world.ledger.note(Broken::Impression, was_told || !is_viewable);
        self.world.ledger.impression(index, lived, self.scene.caps);
        self.world.send_bytes(index, false);
    }

    fn hide(&mut self, index: usize) {
        let now = self.now();
        let ad = self.world.chats[index].ad.take();
        if ad.is_some_and(|ad| !ad.is_used_up) {
            let (session, lent) = self.world.parts(index);
            session.on_unseen(now, lent);
        }
    }

    fn change_mind(&mut self, is_out: bool) {
        self.world.left.minds -= 1;
        self.world.is_opted_out = is_out;
        if is_out {
            self.world.user.opt_out();
        } else {
            self.world.user.opt_in();
        }
        if !self.has(Mutant::ForgetOptOut) {
            self.store(self.world.latest);
        }
    }

    fn store(&mut self, index: usize) {
        let now = self.now();
        let (session, lent) = self.world.parts(index);
        let snapshot = Snapshot::take(now, None, CHAT, session, &lent);
        self.world.stored[index] = Some(snapshot);
        self.world.latest = index;
    }

    /// All but what is stored is lost, and the clock begins anew. What was sent is not answered any more.
    fn reboot(&mut self) {
        self.world.left.reboots -= 1;
        let World { rate, health, user, chats, stored, latest, now, .. } = &mut *self.world;
        *now = 0;
        (*rate, *health) = (Rate::new(self.scene.limit), Health::new(1));
        *user = User::new(self.scene.caps);
        for index in [1 - *latest, *latest] {
            let chat = &mut chats[index];
            let fresh = Chat::new(self.scene);
            *chat = Chat { is_sensitive: chat.is_sensitive, ..chat.restarted(fresh) };
            let Some(snapshot) = stored[index] else { continue };
            let mut lent = Lent { rate, health: Some(health), user: Some(user) };
            let start = Instant::from_millis(0);
            snapshot
                .restore(start, None, CHAT, &mut chat.session, &mut lent)
                .expect("it was stored as it is");
        }
        if self.has(Mutant::ForgetDoubt) {
            self.world.user = User::new(self.scene.caps);
        }
    }

    /// Whether some time or some turn ends a hold, if nothing more is heard of anything under way. What is lifted by the
    /// caller alone is final.
    fn ends(&self, index: usize, hold: Hold) -> bool {
        let mut world = self.world.clone();
        let mut hold = hold;
        for _ in 0..64 {
            match hold.until {
                Until::Lifted => {
                    let conversation = Reason::Cap(Cap::Conversation);
                    return hold.reason == conversation
                        || hold.reason == Reason::OptOut && world.is_opted_out;
                }
                Until::Turn(turn) => {
                    let session = &mut world.chats[index].session;
                    while session.turn() < turn {
                        session.on_turn();
                    }
                }
                Until::At(at) => world.now = world.now.max(at.as_millis()),
            }
            let mut program = Program { world: &mut world, ..*self };
            match program.poll(index) {
                Ok(_) => return true,
                Err(next) => hold = next,
            }
        }
        false
    }
}

impl Chat {
    fn new(scene: &Scene) -> Self {
        let session = Session::new(Family::Ssp, scene.policy);
        let Times { turns, asks, .. } = scene.times;
        let (ask, ad, is_answered, is_sensitive) = (Ask::None, None, false, false);
        Self { session, ask, ad, is_answered, is_sensitive, turns, asks }
    }

    /// `fresh`, with what may still happen to this one.
    fn restarted(&self, fresh: Self) -> Self {
        Self { turns: self.turns, asks: self.asks, ..fresh }
    }
}

fn call(has_turns: bool) -> Call<'static> {
    let device = EndUser::this_device("model/1").expect("visible ASCII");
    let bid = if has_turns {
        let said = Conversation::new(&SAID).expect("an exchange");
        BidRequest::contextual("u", CHAT, said, device)
    } else {
        BidRequest::opener("u", device)
    };
    Call::Bid(bid.expect("ids"))
}

const CHAT: &str = "c";
/// How long an ask may wait for its turn.
const PATIENCE: Millis = Millis(2000);
const YEAR: u64 = 365 * 86_400_000;
