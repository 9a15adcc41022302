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
	{"M/M/k/setup", "boots and starts may take exponential times, but machines are ordered and given back at control periods, by the load of a window, and not with every single request", []string{"M/M/k/setup"}},
	{"M/M/1 breakdowns", "a failed machine loses its replica: after the repair, service begins anew with the same draw on a replica that the next decision places; it does not resume", []string{"M/M/1 breakdowns"}},
	{"M/G/1 multiple vacations", "nothing in a serving fleet does this", []string{"M/G/1 multiple vacations"}},
	{"M/M^[1,bmax]/1 (Bailey)", "a batch takes the mean of its members' draws: of n exponential ones that is Erlang of n stages, not exponential", []string{"M/M^[1,bmax]/1"}},
	{"Mt/M/inf sinusoid", "its quantities are those of instants; the process is held to its rate in the tests of package workload", []string{"Mt/M/inf"}},
	{"Supermarket JSQ(d) with d > 1, Halfin-Whitt", "limits of ever larger systems, not values of one", []string{"Supermarket", "Halfin-Whitt"}},
	{"Erlang-C sizing", "a formula for planning; nothing is simulated", []string{"ErlangC sizing"}},
}
