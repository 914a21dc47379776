"""DICOM files of strangers become a study of our own: `protocol.study` says in which bytes.

pydicom is imported by the modules here and these only when the first study comes, so that pictures wait for nothing.
"""
