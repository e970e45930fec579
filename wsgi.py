"""What gunicorn serves: ``wsgi:app``. What every worker needs is read before they fork, so that they share its memory."""

import gc

from kcc.app import create_app
from kcc.config import read_settings
from kcc.core.search_text import index_terms
from kcc.launch.settings_file import with_running

app = create_app(read_settings(with_running()))
index_terms("begin")
for template in app.jinja_env.list_templates(extensions=["html"]):
    app.jinja_env.get_template(template)
gc.collect()
gc.freeze()
