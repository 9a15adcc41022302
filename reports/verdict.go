package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
)

// judge fills in the verdicts, and what they come to.
func (s *study) judge() (err error) {
	s.standings = compare.Standings(compare.Judge(s.comparisons, s.Manifest.Objectives))
	s.decision, err = compare.Decide(s.Rows, s.standings, s.Manifest.Clairvoyant)
	return err
}

// standing returns how a policy stands; nil where it has no verdicts.
func (s *study) standing(policy string) *compare.Standing {
	for i := range s.standings {
		if s.standings[i].Policy == policy {
			return &s.standings[i]
		}
	}
	return nil
}

// foresees reports whether a policy knows the load beforehand.
func (s *study) foresees(policy string) bool { return slices.Contains(s.Manifest.Clairvoyant, policy) }

// headline says in sentences which policy to take, what it costs, and what the others miss.
func (s *study) headline(quote func(string) string) []string {
	if len(s.standings) == 0 {
		return []string{"No objective is known, so there is no verdict."}
	}
	var sentences []string
	if s.decision.Best != "" {
		sentences = s.answer(quote)
	} else {
		sentences = s.none(quote)
	}
	if text := s.withOutcome(compare.NotMet, quote); text != "" {
		sentences = append(sentences, "Missed: "+text+".")
	}
	if text := s.withOutcome(compare.NotShown, quote); text != "" {
		sentences = append(sentences, "Not shown: "+text+".")
	}
	if s.undecided() && !s.Manifest.Interrupted {
		sentences = append(sentences, fmt.Sprintf("More replications may show more, such as --replications %d.", max(10, 4*s.replications())))
	}
	return append(sentences, s.unjudged(quote)...)
}

// answer names the policy to take, those that cost no less as far as is shown, and those that keep
// the objectives too.
func (s *study) answer(quote func(string) string) []string {
	best := s.decision.Best
	ours := s.line(best)
	names := s.runnable(ours, quote)
	rank := verb(names, "is the cheapest policy that keeps ", "are the cheapest policies that keep ")
	switch {
	case len(s.lines) == 1:
		rank = verb(names, "keeps ", "keep ")
	case s.open():
		rank = verb(names, "is the cheapest policy that is shown to keep ", "are the cheapest policies that are shown to keep ")
	}
	text := list(names) + " " + rank + s.allObjectives()
	switch {
	case s.decision.Oracular && len(s.lines) == 1:
		text += ", knowing the load of the whole run beforehand"
	case s.decision.Oracular:
		text = "Of policies that all know the load of the whole run beforehand (" + foresight + "), " + text
	}
	sentences := []string{text + ": " + s.price(best) + s.saving(best, quote) + "."}
	sentences = append(sentences, s.renting(best, names, quote)...)
	if text := s.lessAccurate(ours, quote); text != "" {
		sentences = append(sentences, text)
	}
	return append(sentences, s.keptToo(quote)...)
}

// keptToo lists the other policies that keep every objective.
func (s *study) keptToo(quote func(string) string) []string {
	var rivals, dearer, oracles []string
	for _, l := range s.lines {
		if !s.keeps(l) || slices.Contains(l.names, s.decision.Best) {
			continue
		}
		text := s.called(l, quote) + " (" + s.price(l.policy) + ")"
		switch {
		case !s.decision.Oracular && l.foreseen(s):
			oracles = append(oracles, text)
		case slices.ContainsFunc(l.names, func(name string) bool { return slices.Contains(s.decision.Rivals, name) }):
			rivals = append(rivals, text)
		default:
			dearer = append(dearer, text)
		}
	}
	var sentences []string
	for _, kept := range []struct {
		how   string
		lines []string
	}{
		{"Kept too, with no difference in cost shown", rivals},
		{"Kept too, at a higher cost", dearer},
		{"Kept too, but only by knowing the load beforehand", oracles},
	} {
		if len(kept.lines) > 0 {
			sentences = append(sentences, kept.how+": "+list(kept.lines)+".")
		}
	}
	return sentences
}

// keeps reports whether the policies of a line keep every objective.
func (s *study) keeps(l line) bool {
	standing := s.standing(l.policy)
	return standing != nil && standing.Outcome == compare.Met
}

// foreseenly says what would keep every objective if the load were known, and what that takes. It
// is "" where nothing does.
func (s *study) foreseenly(quote func(string) string) string {
	var least *line
	for i, l := range s.lines {
		if s.keeps(l) && (least == nil || s.cost(l.policy) < s.cost(least.policy)) {
			least = &s.lines[i]
		}
	}
	if least == nil {
		return ""
	}
	what := "them"
	if len(s.judged()) == 1 {
		what = "it"
	}
	text := fmt.Sprintf("%s %s %s by knowing the load beforehand (%s)", s.called(*least, quote), verb(least.names, "keeps", "keep"), what, s.price(least.policy))
	if machines := s.rent(least.policy, quote); machines != "" {
		text += ", with " + machines
	}
	return text + "."
}

// cost is the mean cost of a policy in a run; infinite where it is not known.
func (s *study) cost(policy string) float64 {
	if c := s.at(policy, costColumn); c != nil {
		return c.Value.Mean
	}
	return math.Inf(1)
}

// open reports whether a policy that could be the answer may keep every objective though that is
// not shown.
func (s *study) open() bool { return slices.ContainsFunc(s.standings, s.isOpen) }

func (s *study) isOpen(standing compare.Standing) bool {
	return standing.Outcome == compare.NotShown && (s.decision.Oracular || !s.foresees(standing.Policy))
}

// undecided reports whether more replications may show more. They may where an open policy has a
// share that is known.
func (s *study) undecided() bool {
	return slices.ContainsFunc(s.standings, func(standing compare.Standing) bool {
		return s.isOpen(standing) && standing.Worst(compare.NotShown) != nil
	})
}

// lessAccurate warns where the answers of a line are less accurate than those of another. It is ""
// where they are not.
func (s *study) lessAccurate(l line, quote func(string) string) string {
	accuracy := column{everything, "accuracy"}
	ours := s.at(l.policy, accuracy)
	if ours == nil {
		return ""
	}
	most, whose := ours.Value.Mean, ""
	for _, l := range s.lines {
		if c := s.at(l.policy, accuracy); c != nil && c.Value.Mean > most+0.1 { // points
			most, whose = c.Value.Mean, s.called(l, quote)
		}
	}
	if whose == "" {
		return ""
	}
	return fmt.Sprintf("But %s answers have an accuracy of %.1f\u00a0%%; those of %s have %.1f\u00a0%%.", verb(s.runnable(l, quote), "its", "their"), ours.Value.Mean, whose, most)
}

// none says that nobody keeps every objective, and who comes nearest.
func (s *study) none(quote func(string) string) []string {
	text := "No policy keeps " + s.allObjectives()
	if s.open() {
		text = "No policy is shown to keep " + s.allObjectives()
	}
	switch {
	case s.decision.Oracular:
		text += ", though " + verb(s.policies, "it knows", "all know") + " the load of the whole run beforehand (" + foresight + ")"
	case slices.ContainsFunc(s.standings, func(o compare.Standing) bool { return o.Outcome == compare.Met }):
		text += " without knowing the load beforehand"
	}
	if s.replications() == 1 {
		text += ": one replication has no interval"
	}
	text += "."
	sentences := []string{text}
	if s.decision.Nearest != "" {
		sentences = append(sentences, s.nearest(quote)...)
	}
	if text := s.foreseenly(quote); text != "" {
		sentences = append(sentences, text)
	}
	return sentences
}

// nearest says how far the policy that comes nearest is from what is asked, and what it rents.
func (s *study) nearest(quote func(string) string) []string {
	names := s.runnable(s.line(s.decision.Nearest), quote)
	standing := s.standing(s.decision.Nearest)
	worst := standing.Worst(compare.NotMet, compare.NotShown)
	if worst == nil {
		unknown := standing.First(compare.NotShown)
		return []string{fmt.Sprintf("%s %s all but %s, of which %s (%s).", list(names), verb(names, "keeps", "keep"), quote(unknown.Name), unknown.Reason, s.price(s.decision.Nearest))}
	}
	how := verb(names, "misses least", "miss least")
	switch {
	case len(s.lines) == 1:
		how = verb(names, "stands", "stand")
	case worst.Outcome != compare.NotMet:
		how = verb(names, "comes nearest", "come nearest")
	}
	sentences := []string{fmt.Sprintf("%s %s: %s (%s).", list(names), how, s.against(*worst, quote), s.price(s.decision.Nearest))}
	return append(sentences, s.renting(s.decision.Nearest, names, quote)...)
}

// renting is the sentence about the machines of a policy, if there is anything to say.
func (s *study) renting(policy string, names []string, quote func(string) string) []string {
	machines := s.rent(policy, quote)
	if machines == "" {
		return nil
	}
	return []string{verb(names, "It rents ", "They rent ") + machines + "."}
}

// withOutcome lists the policies of one outcome, each with the objective that it misses most. It is
// "" for none.
func (s *study) withOutcome(o compare.Outcome, quote func(string) string) string {
	var names []string
	for _, l := range s.lines {
		standing := s.standing(l.policy)
		if standing == nil || standing.Outcome != o || slices.Contains(l.names, s.decision.Nearest) {
			continue
		}
		text := s.called(l, quote)
		worst := standing.Worst(o)
		if worst != nil {
			text += " (" + s.against(*worst, quote)
		} else {
			unknown := standing.First(o)
			text += " (" + quote(unknown.Name) + ": " + unknown.Reason
		}
		if n := standing.Number(o); n > 1 {
			text += fmt.Sprintf(", and %d more", n-1)
		}
		if o == compare.NotShown {
			text += ", at " + s.hourly(l.policy)
		}
		text += ")"
		names = append(names, text)
	}
	return list(names)
}

// against puts a share beside its objective: "resnet 91.2 % [90.1, 92.3] against 99 %".
func (s *study) against(v compare.Verdict, quote func(string) string) string {
	text := shareText(v)
	if at := strings.IndexByte(text, ' '); at >= 0 {
		text = text[:at] + unbroken + "%" + text[at:]
	} else {
		text += unbroken + "%"
	}
	text = strings.ReplaceAll(text, " ", unbroken) + " against " + number(v.Percent) + unbroken + "%"
	if v.Scope == everything {
		return text
	}
	return quote(v.Name) + unbroken + text
}

// allObjectives names what must be kept.
func (s *study) allObjectives() string {
	if len(s.judged()) == 1 {
		return "the objective"
	}
	return "every objective"
}

// unjudged says which objectives have no verdict, and why.
func (s *study) unjudged(quote func(string) string) []string {
	var reasons []string
	names := map[string][]string{}
	for _, o := range s.Manifest.Objectives {
		if o.Percent > 0 {
			continue
		}
		if names[o.About] == nil {
			reasons = append(reasons, o.About)
		}
		names[o.About] = append(names[o.About], quote(o.Name))
	}
	for i, r := range reasons {
		reasons[i] = fmt.Sprintf("No verdict for %s: %s.", list(names[r]), r)
	}
	return reasons
}

// price says what a policy costs per hour and month, or, without rows of that, in the run.
func (s *study) price(policy string) string {
	rate := s.at(policy, rateColumn)
	if rate == nil {
		return s.hourly(policy)
	}
	month := rate.Value
	month.Mean, month.Low, month.High = month.Mean*hoursOfMonth, month.Low*hoursOfMonth, month.High*hoursOfMonth
	return s.hourly(policy) + ", " + rough("$", month) + " in 30 days"
}

// hourly says what a policy costs per hour, or, without rows of that, in the run.
func (s *study) hourly(policy string) string {
	if rate := s.at(policy, rateColumn); rate != nil {
		return rough("$/h", rate.Value)
	}
	if cost := s.at(policy, costColumn); cost != nil {
		return rough(cost.Unit, cost.Value)
	}
	return "unknown cost"
}

var rateColumn = column{everything, "cost_rate"}

const hoursOfMonth = 30 * 24

// saving compares the cost of a policy with the baseline's, where a difference is shown.
func (s *study) saving(policy string, quote func(string) string) string {
	cost, base := s.at(policy, costColumn), s.at(s.Manifest.Baseline, costColumn)
	if cost == nil || base == nil || !cost.Difference.ExcludesZero() || base.Value.Mean <= 0 {
		return ""
	}
	change := cost.Difference.Mean / base.Value.Mean * 100
	than := "less"
	if change > 0 {
		than = "more"
	}
	return fmt.Sprintf("; %s\u00a0%% %s than the baseline %s", fixed(math.Abs(change), max(0, decimalsFor(math.Abs(change), 2))), than, quote(s.Manifest.Baseline))
}
