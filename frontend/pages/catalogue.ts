/** The sheet of the catalogue page. */
import "../styles/catalogue.css";
