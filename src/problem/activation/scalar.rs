//! The activations of one unit: each is a file of its own that says all there is to know about it.
//!
//! [`ScalarFunction`] is what such a file fills in; the list at the end of this one names them all. Formulas
//! neither overflow nor cancel where the true value is representable.

use crate::number::{ErrorBound, Real};

/// A function of one unit's z alone: g_j(z) = g(z_j), with a diagonal Jacobian.
pub trait ScalarFunction: Sized {
    /// The name in JSON and on the command line.
    const NAME: &'static str;
    /// g(z_j) in the symbols of a terminal; a parameter stands in braces.
    const FORMULA: &'static str;
    /// Parameters for cases, where one is taken: what people use, and what shows more.
    const PARAMETERS: &'static [f64] = &[];

    /// g(z).
    fn value<T: Real>(self, z: &T) -> T;

    /// g′(z). At a kink the slope from the left (ruling kink-slopes).
    fn derivative<T: Real>(self, z: &T) -> T;

    /// g(z) as textbooks write it, which may cancel: an implementation is not wrong for that.
    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        self.value(&z)
    }

    /// g′(z) likewise, from z or from the value.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        self.derivative(&z)
    }

    /// Whether there are two slopes at z = 0.
    fn has_kink(self) -> bool {
        false
    }

    /// Whether its graph is one or two straight lines, so that nothing but a factor can be rounded.
    fn is_piecewise_linear(self) -> bool {
        false
    }
}

/// The enum over a list of [`ScalarFunction`]s, each with its module, its name, and the parameter that it takes.
macro_rules! scalar_activations {
    ($(
        $(#[$doc:meta])*
        $module:ident::$name:ident $({ $(#[$parameter_doc:meta])* $parameter:ident = $example:literal })?
    ),* $(,)?) => {
        /// An activation of one unit, by name.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum ScalarActivation {
            $($(#[$doc])* $name $({ $(#[$parameter_doc])* $parameter: f64 })?),*
        }

        impl ScalarActivation {
            /// All of them; parameters are examples.
            pub const ALL: [ScalarActivation; [$(stringify!($name)),*].len()] =
                [$(ScalarActivation::$name $({ $parameter: $example })?),*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::NAME),*
                }
            }

            /// g(z_j) in the symbols of a terminal; a parameter stands in braces.
            pub fn formula(self) -> &'static str {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::FORMULA),*
                }
            }

            /// Its parameter by name, if it takes one.
            pub fn parameter(self) -> Option<(&'static str, f64)> {
                match self {
                    $($(ScalarActivation::$name { $parameter } => Some((stringify!($parameter), $parameter)),)?)*
                    _ => None,
                }
            }

            /// The same with another parameter; itself where it takes none.
            pub fn with_parameter(self, x: f64) -> Self {
                match self {
                    $($(ScalarActivation::$name { .. } => ScalarActivation::$name { $parameter: x },)?)*
                    _ => self,
                }
            }

            /// The parameters for cases, where it takes one.
            pub fn parameters(self) -> &'static [f64] {
                match self {
                    $(ScalarActivation::$name { .. } => <super::$module::$name as ScalarFunction>::PARAMETERS),*
                }
            }

            /// g(z).
            pub fn value<T: Real>(self, z: &T) -> T {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => super::$module::$name $({ $parameter })?.value(z)),*
                }
            }

            /// g′(z). At a kink the slope from the left (ruling kink-slopes).
            pub fn derivative<T: Real>(self, z: &T) -> T {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.derivative(z)
                    }),*
                }
            }

            /// g(z) as textbooks write it.
            pub fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.textbook_value(z)
                    }),*
                }
            }

            /// g′(z) as textbooks write it.
            pub fn textbook_derivative<const S: usize, const A: usize>(
                self,
                z: ErrorBound<S, A>,
            ) -> ErrorBound<S, A> {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.textbook_derivative(z)
                    }),*
                }
            }

            /// Whether there are two slopes at z = 0.
            pub fn has_kink(self) -> bool {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.has_kink()
                    }),*
                }
            }

            /// Whether its graph is one or two straight lines.
            pub fn is_piecewise_linear(self) -> bool {
                match self {
                    $(ScalarActivation::$name $({ $parameter })? => {
                        super::$module::$name $({ $parameter })?.is_piecewise_linear()
                    }),*
                }
            }
        }
    };
}

scalar_activations! {
    /// z.
    identity::Identity,
    /// max(z, 0).
    relu::Relu,
    /// z where z > 0, slope · z otherwise.
    leaky_relu::LeakyRelu {
        /// The slope at and below 0, taken exactly.
        slope = 0.2
    },
    /// 1 / (1 + e^−z).
    sigmoid::Sigmoid,
    /// tanh z.
    tanh::Tanh,
    /// ln(1 + e^z).
    softplus::Softplus,
    /// z · sigmoid(z).
    silu::Silu,
    /// z · Φ(z) with the normal distribution function Φ.
    gelu::Gelu,
    /// z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))).
    gelu_tanh::GeluTanh,
    /// z where z > 0, alpha · (e^z − 1) otherwise.
    elu::Elu {
        /// The factor at and below 0, taken exactly.
        alpha = 1.5
    },
    /// z / (1 + |z|).
    softsign::Softsign,
}
