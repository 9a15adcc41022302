package store

// Layout names the files of a folder of results besides the manifest, the measured data and the
// report.
type Layout struct {
	Derived []string // files of data worked out from what was measured, which have checksums, too
	Figures []string // every file that may lie in FiguresFolder
}

// FileData is a file to be put in the folder.
type FileData struct {
	Name string // relative to the folder, with slashes
	Data []byte
}

// data lists the files that the manifest lists.
func (l Layout) data() []string {
	var names []string
	for _, f := range dataFiles {
		names = append(names, f.name)
	}
	return append(names, l.Derived...)
}

// drawn lists every file that is made from the data at any time.
func (l Layout) drawn() []string {
	names := []string{ReportFile}
	for _, f := range l.Figures {
		names = append(names, FiguresFolder+"/"+f)
	}
	return names
}

// files lists every file that a run may make.
func (l Layout) files() []string {
	return append(append(l.drawn(), manifestFile), l.data()...)
}
