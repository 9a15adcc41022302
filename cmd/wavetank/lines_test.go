package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"wavetank/sim/simtest/golden"
)

// wrongLines are wrong command lines. Each has the reason why it is in the list.
var wrongLines = []struct{ line, reason string }{
	{"nonsense", "a command that there is not"},
	{"rnu", "a misspelt command is guessed"},
	{"run --nonsense", "a flag that there is not"},
	{"run --parallel 0", "a number out of bounds is reported with its bounds"},
	{"run --parallel -1", "a negative number is reported with the bounds"},
	{"run --replications many", "a word instead of a number is reported with the bounds"},
	{"run --seed -1", "a seed has other bounds"},
	{"run quickstrt", "a scenario that is neither shipped nor a file; a misspelt one is guessed"},
	{"run a b", "too many arguments"},
	{"run quickstart --policy folow", "a policy that there is not"},
	{"run quickstart --policy=", "no policy at all"},
	{"run quickstart --set x", "a change without a value"},
	{"run quickstart --set duration=fast", "a value of the wrong kind"},
	{"run quickstart --set workload[7].model=bert", "a place that the scenario does not have"},
	{"run mm1 --until cost", "a goal without a width"},
	{"run mm1 --until cost=1", "a width without a unit"},
	{"run mm1 --max-replications 5", "a flag that goes with another"},
	{"run mm1 --until cost=1% --replications 5", "two flags that say the same"},
	{"run --full --quiet", "two flags that say the contrary"},
	{"run mm1 --requests", "a flag without its value"},
	{"run mm1 --requests=", "no file at all"},
	{"run mm1 --requests rows.xlsx", "a format of requests that there is not"},
	{"run mm1 --requests no/such/rows.csv", "a folder that there is not"},
	{"run mm1 --out results/x --requests results/x/rows.csv", "a file in a folder that there is not yet"},
	{"tune", "a missing argument"},
	{"tune quickstrt", "a misspelt scenario is guessed"},
	{"tune quickstart --budget 0", "a number out of bounds"},
	{"tune quickstart --at-least 0 --out= --train 0-4", "all faults of flags are reported at once"},
	{"tune quickstart --train 0-4 --test 3-9", "replications that are in the training and in the test"},
	{"tune quickstart --train 0h-1h --test 5-9", "a span of time beside replications"},
	{"tune mm1 --policy static-peak", "nothing to tune"},
	{"timeline", "a missing argument"},
	{"timeline mm1", "where to write?"},
	{"timeline mm1 --out x.txt --from -1s --until -2s", "all faults of flags are reported at once"},
	{"timeline mm1 --out no/such/x.json", "a folder that there is not"},
	{"timeline quickstart --out x.json", "which policy?"},
	{"timeline mm1 --replication -1 --out x.json", "a number out of bounds"},
	{"check", "a missing argument"},
	{"check no/such.yaml", "a file that there is not"},
	{"check mm1 --at 3m", "a flag that goes with another"},
	{"check mm1 --problem x.txt --at -1s", "a format of problems that there is not, and an instant before the start"},
	{"list", "a list of what?"},
	{"list planets", "a list that there is not"},
	{"report no/such/folder", "a folder that there is not"},
	{"schema extra", "an argument where none is taken"},
	{"completion", "completion for which shell?"},
	{"fit", "fit to what?"},
	{"fit nonsense", "a fit that there is not"},
	{"fit log", "a missing argument"},
	{"fit log a b", "too many arguments"},
	{"fit log no-log", "a log that there is not"},
	{"fit log x --hold-every 1 --in-flight -3 --gpus 0", "all faults of flags are reported at once"},
	{"fit log x --compare --out y.yaml", "nothing is fitted that could be written"},
	{"fit points", "a missing argument"},
	{"fit points x --spread 2 --waves -1", "faults of flags are reported before files are read"},
	{"fit kernels", "neither a folder nor tables"},
	{"fit kernels x", "a folder that there is not"},
	{"fit kernels --dense x", "the other table is missing"},
	{"fit kernels x --layers 3 --host soon --link 3 --input 0", "flags with units, and a folder that names its layers"},
	{"fit sample", "an engine without a step-time model"},
	{"fit sample --start llama-3.1-8b/h10", "a misspelt step-time model is guessed"},
	{"trace", "do what with a trace?"},
	{"trace inspct", "a misspelt subcommand is guessed"},
	{"trace inspect", "a missing argument"},
	{"trace inspect no-trace", "a trace that there is not"},
	{"trace inspect x --block x", "a flag of the wrong kind"},
	{"trace inspect x --block 0", "a number out of bounds"},
	{"sweep", "a missing argument"},
	{"sweep mm1", "nothing varies"},
	{"sweep mm1 --vary fleet[0].max", "a path without values"},
	{"sweep mm1 --vary fleet[0].max= --vary seed=3..1 --vary seed=1,1 --sample grid/3 --pair", "all faults of flags are reported at once"},
	{"sweep mm1 --vary rooter=random --vary fleet[0].max=1,x", "all faults of values are reported at once; a misspelt path is guessed"},
	{"sweep mm1 --vary router=randm,round-robin", "a misspelt value is guessed"},
	{"sweep mm1 --vary seed=1,2 --ledger ../../go.mod --out ../../go.mod", "a file that is no folder"},
	{"run mm1 --ledger ../../go.mod --replications 1 --out no-folder", "a file that is no ledger"},
	{"verify", "a missing argument"},
	{"verify no-such-folder", "a folder that there is not"},
	{"verify .", "a folder without results"},
	{"trace record", "a missing argument"},
	{"trace record mm1", "where to write?"},
	{"trace record mm1 --out x.parquet", "a format of traces that is not written"},
	{"trace record chat --out x.csv", "senders that wait for answers"},
	{"trace fit", "a missing argument"},
	{"trace fit x", "where to write?"},
	{"trace fit x --out y.yaml --figure z.bmp", "a format of pictures that there is not"},
	{"init x.yaml --model vitt=3 --model vit --model vit --model resnet=-1/s --machine aws/g5 --latency -1s", "all faults of a sketch are told at once"},
	{"init x.yaml --model qwen3-32b --machine aws/g5.xlarge", "a model that fits on no machine"},
	{"init lines_test.go", "a file that is there already"},
	{"init no/such/x.yaml", "a folder that there is not"},
	{"show", "a missing argument"},
	{"show chta", "a misspelt scenario is guessed"},
	{"version x", "an argument too many"},
	{"compare", "a missing argument"},
	{"compare a", "one folder alone"},
	{"compare no-such no/such/other", "every folder that there is not is named"},
	{"compare testdata lines_test.go", "a folder without results, and a file"},
	{"compare a b --margin 1 --format xlm --quiet --full", "all faults of flags are reported at once"},
	{"compare a b --only values", "a flag that goes with another"},
	{"solve", "a missing argument"},
	{"solve no-such.mps", "a file that there is not"},
	{"solve ../../go.mod", "a file that is not a problem"},
	{"solve x --nodes 0", "a number out of bounds"},
	{"solve x --gap -1 --time 0s --format xml --duals", "all faults of flags are reported at once, before the file is read"},
	{"solve x --solution no/such/folder.csv", "a folder that there is not"},
	{"validate --parallel 0", "a number out of bounds"},
	{"validate --table no/such.csv", "a table that there is not"},
	{"validate --table ../../go.mod", "a file that is not a table"},
	{"validate mm1", "an argument that goes with a flag"},
	{"validate --group 5", "a flag that goes with another"},
	{"validate --coverage --group 1", "a number out of bounds"},
	{"validate --coverage --seed 4", "flags that do not go together"},
}

// TestWrongLinesExitWithTwo runs each line, and compares what it prints with testdata/lines.golden.
func TestWrongLinesExitWithTwo(t *testing.T) {
	var text strings.Builder
	for _, w := range wrongLines {
		var out, err bytes.Buffer
		if code := run(t.Context(), strings.Fields(w.line), &out, &err); code != badInput || err.Len() == 0 || out.Len() > 0 {
			t.Errorf("wavetank %s: exit code %d, %d bytes on stdout, stderr %q", w.line, code, out.Len(), err.String())
		}
		fmt.Fprintf(&text, "# %s\n$ wavetank %s\n%s\n", w.reason, w.line, err.String())
	}
	golden.Check(t, "testdata/lines.golden", text.String())
}
