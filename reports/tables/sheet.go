// Package tables shows results as tables: on a terminal, in the Markdown report, and as data.
package tables

import "wavetank/reports/analysis"

// sheet is the analysis of results, of which tables are made.
type sheet struct{ *analysis.Analysis }
