//! The test suite: one binary, a module a topic.

mod activation_accuracy;
mod activations;
mod agreement;
mod bad_input;
mod breadth;
mod cases;
mod claims;
mod cli;
mod composition;
mod elementary;
mod evidence;
mod explain;
mod fixtures;
mod gradients;
mod links;
mod mask;
mod number_kinds;
mod number_laws;
mod oracle;
mod problem;
mod real_laws;
mod rounding;
mod shapes;
mod sources;
mod traceability;
mod walls;
