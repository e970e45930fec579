"""What gunicorn serves, and what the commands stand on: ``wsgi:app``."""

from kcc.app import create_app
from kcc.config import read_settings
from kcc.launch.settings_file import with_running

app = create_app(read_settings(with_running()))
