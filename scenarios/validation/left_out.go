package validation

import "strings"

// Left is a family of the theory that is not simulated, with the reason.
type Left struct {
	Family, Reason string
	names          []string // prefixes of the names of the families
}

func (l Left) is(family, params string) bool {
	for _, name := range l.names {
		if strings.HasPrefix(family, name) {
			return !strings.HasPrefix(name, "Supermarket") || parametersOf("", params).number("d") > 1
		}
	}
	return false
}

// LeftOut lists families that no scenario can express, and families that are limits of systems.
var LeftOut = []Left{
	{"M/G/1 multiple vacations", "nothing in a serving fleet does this", []string{"M/G/1 multiple vacations"}},
	{"M/M^[1,bmax]/1 (Bailey)", "the time of a batch is the mean of its members' draws: the mean of n exponential draws has an Erlang distribution with n stages", []string{"M/M^[1,bmax]/1"}},
	{"Mt/M/inf sinusoid", "its quantities belong to single instants; tests of package workload compare the process with its rate", []string{"Mt/M/inf"}},
	{"Supermarket JSQ(d) with d > 1, Halfin-Whitt", "limits of ever larger systems, not values of one", []string{"Supermarket", "Halfin-Whitt"}},
	{"M/M/c retrials", "clients pause for a constant or a uniform time before they try again; the formulas are for exponential pauses", nil},
	{"Erlang-C sizing", "a formula for planning; nothing is simulated", []string{"ErlangC sizing"}},
}
