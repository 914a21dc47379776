"""The worker: takes jobs of one pool, holds models in runners, answers. No Django, no database, no S3 credentials."""
