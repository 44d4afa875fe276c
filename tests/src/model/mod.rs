//! The pacing machine under every order of events that a device can meet, explored by `stateright`.
//!
//! The sessions, the person, the key's budget and health, the snapshot and the viewability watch are the real ones; around
//! them stands what a program does with them, written as the core's own client does it, and a ledger that knows what truly
//! happened. A mutant is a mistake of that program, planted to see that its invariant finds it.

mod ledger;
mod mutant;
mod scene;
mod step;
mod world;

pub use ledger::Broken;
pub use mutant::Mutant;
pub use scene::Scene;
pub use step::Step;
pub use world::World;

use stateright::{Checker, HasDiscoveries, Model, Property};
use std::time::{Duration, Instant};

/// A scene, and the mistake that is planted in it.
#[derive(Clone, Copy, Debug)]
pub struct Pacing {
    /// What may happen.
    pub scene: Scene,
    /// The mistake, if any.
    pub mutant: Option<Mutant>,
}

/// What an exploration came to.
#[derive(Debug)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Steps from one to another.
    pub steps: usize,
    /// The longest way to a state.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Invariants that do not hold, each with the steps that break it.
    pub broken: Vec<(&'static str, Vec<String>)>,
}

impl Pacing {
    /// Explores the whole scene, or with a mutant until an invariant breaks.
    pub fn explore(self, threads: usize) -> Explored {
        let start = Instant::now();
        let builder = self.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures);
        let checker = builder.spawn_bfs().join();
        let path = |path: stateright::Path<World, Step>| {
            path.into_actions().iter().map(|step| format!("{step:?}")).collect()
        };
        let broken = checker.discoveries().into_iter();
        Explored {
            states: checker.unique_state_count(),
            steps: checker.state_count(),
            depth: checker.max_depth(),
            took: start.elapsed(),
            broken: broken.map(|(name, steps)| (name, path(steps))).collect(),
        }
    }
}

impl Model for Pacing {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.scene, self.mutant)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        world.steps(&self.scene, self.mutant, steps);
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        next.take(&self.scene, self.mutant, step);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(Broken::Cap.invariant(), |_, world: &World| world.keeps(Broken::Cap)),
            Property::always(Broken::TwoCalls.invariant(), |_, world: &World| {
                world.keeps(Broken::TwoCalls)
            }),
            Property::always(Broken::Stopped.invariant(), |_, world: &World| {
                world.keeps(Broken::Stopped)
            }),
            Property::always(Broken::Impression.invariant(), |_, world: &World| {
                world.keeps(Broken::Impression)
            }),
            Property::always(Broken::Late.invariant(), |_, world: &World| {
                world.keeps(Broken::Late)
            }),
            Property::always(Broken::Hold.invariant(), |_, world: &World| {
                world.keeps(Broken::Hold)
            }),
            Property::always(Broken::Bytes.invariant(), |_, world: &World| {
                world.keeps(Broken::Bytes)
            }),
        ]
    }
}
